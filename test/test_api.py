import fakes
import pytest

import visa_ros
from visa_ros.api import load, Visa
from visa_ros.errors import CheckpointError, StaleInputError
from visa_ros.structs import Query, Status


@pytest.fixture
def visa(pipeline):
    return Visa(pipeline)


def test_push_ask_track(visa, clip):
    assert all(visa.push(frame) for frame in clip[:6])
    answer = visa.ask('red')
    assert answer.status == Status.FOUND
    assert len(answer.sequence) == 6
    visa.push(clip[6])
    (state,) = visa.track(clouds=True)
    assert (state.mask == fakes.disc_mask(clip[6], 'red')).all()
    assert state.cloud is not None


def test_ask_with_all_options(visa, clip):
    for frame in clip:
        visa.push(frame)
    answer = visa.ask(Query(instruction='green', window_s=0.3, max_objects=1))
    assert (len(answer.sequence), len(answer.objects)) == (2, 1)


def test_before_the_first_frame(visa):
    with pytest.raises(StaleInputError):
        visa.ask('red')
    with pytest.raises(StaleInputError):
        visa.track()


def test_forget_some_or_all(visa, clip):
    visa.push(clip[0])
    visa.ask('green red')
    visa.forget(2)
    assert [s.object_id for s in visa.track()] == [1, 3]
    visa.forget()
    assert visa.track() == ()


def test_missing_model():
    with pytest.raises(CheckpointError, match='visa-giant'):
        load('visa-giant')


def test_public_names():
    assert (visa_ros.load, visa_ros.Visa) == (load, Visa)
    with pytest.raises(AttributeError, match='unload'):
        _ = visa_ros.unload
