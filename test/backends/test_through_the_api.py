"""The short way in, with published networks in the folder."""

import pytest

from visa_ros.api import load
from visa_ros.backends.folder import make_folder
from visa_ros.backends.recipe import Recipe
from visa_ros.errors import InvalidQueryError
from visa_ros.structs import Frame, Status


@pytest.fixture(scope='module')
def folder(published, tmp_path_factory):
    out = tmp_path_factory.mktemp('models') / 'open-vocabulary'
    recipe = Recipe(
        detector=str(published / 'grounding-dino'),
        segmenter=str(published / 'sam2_video'),
        box_threshold=0.0,
        shortest_px=64,
        longest_px=96,
    )
    make_folder(out, recipe)
    return out


@pytest.fixture
def visa(folder, images):
    visa = load(folder, device='cpu', precision='fp32')
    for n, rgb in enumerate(images(6)):
        visa.push(Frame(rgb=rgb, stamp_ns=1 + n * 200_000_000))
    return visa


def test_ask_and_follow(visa, images):
    answer = visa.ask('find all red mugs')
    assert answer.status in (Status.FOUND, Status.NOT_VISIBLE_NOW)
    assert answer.objects
    assert len(answer.sequence) == 6
    visa.push(Frame(rgb=images(7)[6], stamp_ns=2_000_000_000))
    tracked = {state.object_id for state in visa.track()}
    assert tracked == {state.object_id for state in answer.objects}


def test_questions_are_refused_and_nothing_changes(visa):
    with pytest.raises(InvalidQueryError, match='VISA model'):
        visa.ask('what could I drink from?')
    assert visa.track() == ()
    assert visa.ask('the red mug').query_id == 1
