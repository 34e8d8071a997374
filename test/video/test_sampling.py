from hypothesis import given
from hypothesis import strategies as st
import pytest

from visa_ros.config import TARGETS
from visa_ros.errors import ConfigError
from visa_ros.video.sampling import choose_references, choose_target


@given(n=st.integers(0, 12), target=st.integers(0, 200))
def test_references_are_earlier_distinct_and_include_the_oldest(n, target):
    chosen = choose_references(n, target)
    assert len(chosen) == min(n, target)
    assert list(chosen) == sorted(set(chosen))
    assert all(0 <= index < target for index in chosen)
    assert not chosen or chosen[0] == 0
    gaps = [b - a for a, b in zip(chosen, [*chosen[1:], target], strict=False)]
    assert not gaps or max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize('how', TARGETS)
def test_target_is_in_the_window(how):
    assert all(0 <= choose_target(count, how) < count for count in range(1, 9))


def test_targets():
    assert [choose_target(9, how) for how in ('first', 'middle', 'latest')] == [0, 4, 8]


def test_unknown_target():
    with pytest.raises(ConfigError, match='latest'):
        choose_target(3, 'best')
