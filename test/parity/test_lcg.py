"""The fixed lists in the place of random draws."""

from __future__ import annotations

from parity.folder import assert_within, case_names, read_json
import pytest

from visa_ros.train.instruction.balance import BalancedDraws, BalancedList

LCG = 'lcg.json'
GROUPS = (9, 3, 3, 1, 4, 12)
FRAMES = (8, 12)
_LISTS = {
    'dataset': lambda k: BalancedList(GROUPS)[k],
    'frames': lambda k: FRAMES[0] + BalancedList([1] * (FRAMES[1] - FRAMES[0] + 1))[k],
}


@pytest.mark.parametrize('name', case_names(LCG))
def test_lists(name):
    if name not in _LISTS:
        pytest.skip(f'no such list: {name}')
    wanted = read_json(LCG)[name]
    assert_within(f'balanced {name}', [_LISTS[name](k) for k in range(len(wanted))], wanted, 0)


def test_groups_are_read_from_entry_1_and_frames_from_entry_0():
    if not {'dataset', 'frames'} <= set(case_names(LCG)):
        pytest.skip('the parity folder has no lists')
    lists = read_json(LCG)
    draws = BalancedDraws(GROUPS, FRAMES)
    frames = {group: iter(lists['frames']) for group in range(len(GROUPS))}
    # Each group reads the list of frame counts for itself.
    for k, group in enumerate(lists['dataset'][1:]):
        assert draws.draw(k) == (group, next(frames[group]))
