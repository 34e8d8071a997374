"""Names to masks: Grounding DINO with SAM 2, and SAM 3."""

from dataclasses import replace
import json

import numpy as np
import pytest
import torch
import transformers

from visa_ros.backends import open_vocabulary
from visa_ros.backends.finders import BoxMasks
from visa_ros.backends.hub import read_network, read_tokenizer
from visa_ros.backends.open_vocabulary import load_open_vocabulary, OpenVocabularySegmenter
from visa_ros.backends.pictures import fitted_hw, IMAGENET, resized
from visa_ros.backends.recipe import Recipe
from visa_ros.errors import CheckpointError, ConfigError, InvalidQueryError
from visa_ros.sim.knowledge import COLORS
from visa_ros.structs import Detection, Frame, Status

PAIR = Recipe(
    detector='grounding-dino',
    segmenter='sam2_video',
    box_threshold=0.0,
    shortest_px=64,
    longest_px=96,
)
RECIPES = {
    'pair': PAIR,
    'image-only segmenter': replace(PAIR, segmenter='sam2'),
    'mm': replace(PAIR, detector='mm-grounding-dino'),
    'edgetam': replace(PAIR, segmenter='edgetam_video'),
    'concepts': Recipe(detector='sam3', box_threshold=0.0),
}


@pytest.fixture
def load(published, tmp_path):
    def make(recipe, precision='fp32'):
        for kind in published.iterdir():
            (tmp_path / kind.name).symlink_to(kind, target_is_directory=True)
        (tmp_path / 'config.json').write_text(json.dumps(recipe.to_json()))
        return load_open_vocabulary(tmp_path, device='cpu', precision=precision)

    return make


def frame(images, hw=(48, 80)):
    return Frame(rgb=images(1, hw)[0], stamp_ns=1)


@pytest.mark.parametrize('name', RECIPES)
def test_a_folder_loads_and_finds(load, images, name):
    segmenter = load(RECIPES[name])
    target = frame(images)
    grounding = segmenter.ground((), target, 'Find all red mugs, please')
    assert grounding.status == Status.FOUND
    scores = [d.score for d in grounding.detections]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    for found in grounding.detections:
        assert found.mask.shape == target.hw
        assert found.mask.dtype == np.bool_
        assert found.mask.any()
        assert found.label == 'red mugs'
    assert grounding.answer == f'{len(scores)} x red mugs'
    assert grounding.ms['find'] > 0


@pytest.mark.parametrize('name', ['pair', 'concepts'])
def test_half_precision(load, images, name):
    grounding = load(RECIPES[name], 'bf16').ground((), frame(images), 'the mug')
    assert all(np.isfinite(d.score) for d in grounding.detections)


@pytest.mark.parametrize('name', ['pair', 'concepts'])
def test_the_same_question_has_the_same_answer(load, images, name):
    segmenter = load(RECIPES[name])
    first, second = (segmenter.ground((), frame(images), 'mug, bowl') for _ in range(2))
    assert len(first.detections) == len(second.detections)
    for one, same in zip(first.detections, second.detections, strict=True):
        np.testing.assert_array_equal(one.mask, same.mask)
        assert (one.label, one.score) == (same.label, same.score)


def test_boxes_and_scores_are_those_of_transformers(published, images):
    """Compared with the model's own post-processing, on the model's own prompt."""
    network = read_network(
        'GroundingDinoForObjectDetection',
        published / 'grounding-dino',
        device='cpu',
        precision='fp32',
    )
    tokenizer = read_tokenizer(published / 'grounding-dino')
    rgb = images(1)[0]
    finder = BoxMasks(
        detector=network, tokenizer=tokenizer, segmenter=None, shortest_px=64, longest_px=96
    )
    with torch.inference_mode():
        scores, boxes = finder._detect(rgb, ['red mug', 'bowl'])
        hw = fitted_hw(rgb.shape[:2], shortest_px=64, longest_px=96)
        tokens = tokenizer('red mug. bowl.', return_tensors='pt')
        answer = network(pixel_values=resized(rgb, hw, IMAGENET), **tokens)
    processor = transformers.GroundingDinoProcessor(_NoImages(), tokenizer)
    theirs = processor.post_process_grounded_object_detection(
        answer, tokens['input_ids'], threshold=-1, target_sizes=[(1, 1)]
    )[0]
    half = boxes[:, 2:] / 2
    corners = torch.cat((boxes[:, :2] - half, boxes[:, :2] + half), dim=1)
    torch.testing.assert_close(corners, theirs['boxes'])
    # Theirs also looks at the tokens between the phrases, which are trained to fit nothing.
    logits = answer.logits[0].sigmoid()
    torch.testing.assert_close(scores[:, 0], logits[:, 1:3].amax(dim=1))
    torch.testing.assert_close(scores[:, 1], logits[:, 4])
    assert (scores.amax(dim=1) <= theirs['scores']).all()


class _NoImages(transformers.image_processing_utils.BaseImageProcessor):
    """An image processor that is never asked; those of transformers need torchvision."""


def test_too_many_names_for_the_detector(load, images):
    names = ', '.join(f'{color} {thing}' for color in COLORS for thing in ('mug', 'bowl'))
    with pytest.raises(InvalidQueryError, match='fewer'):
        load(PAIR).ground((), frame(images), names)


def test_nothing_above_the_threshold_is_absent(load, images):
    grounding = load(replace(RECIPES['concepts'], box_threshold=0.9)).ground(
        (), frame(images), 'the red mug'
    )
    assert grounding.status == Status.ABSENT
    assert grounding.detections == ()
    assert grounding.answer == 'I see nothing here that I would call red mug.'


class FakeFinder:
    """Finds squares at known places for each phrase."""

    def __init__(self, **lefts):
        self.lefts = lefts
        self.asked = []

    def find(self, rgb, phrases, threshold):
        self.asked.append((tuple(phrases), threshold))
        found = []
        for phrase in phrases:
            for n, left in enumerate(self.lefts.get(phrase.replace(' ', '_'), ())):
                mask = np.zeros(rgb.shape[:2], bool)
                mask[5:25, left : left + 20] = True
                found.append(Detection(mask=mask, label=phrase, score=0.9 - 0.1 * n))
        return found


@pytest.mark.parametrize(
    ('instruction', 'status', 'count', 'answer'),
    [
        ('the mug', Status.AMBIGUOUS, 2, '2 x mug'),
        ('a mug', Status.FOUND, 2, '2 x mug'),
        ('all mugs', Status.ABSENT, 0, 'I see nothing here that I would call mugs.'),
        ('the bowl', Status.FOUND, 1, '1 x bowl'),
        ('the bowl and the book', Status.FOUND, 1, '1 x bowl, 0 x book'),
        ('the mug and the bowl', Status.FOUND, 3, '2 x mug, 1 x bowl'),
        ('a cup, a mug', Status.FOUND, 2, '1 x cup, 1 x mug'),
    ],
)
def test_status_and_words(images, instruction, status, count, answer):
    # A cup is found where one of the mugs is: it is one object.
    finder = FakeFinder(mug=(0, 30), bowl=(55,), cup=(1,))
    grounding = OpenVocabularySegmenter(finder, threshold=0.4).ground(
        (), frame(images), instruction
    )
    assert grounding.status == status
    assert len(grounding.detections) == count
    assert grounding.answer == answer
    assert finder.asked[0][1] == 0.4


def test_only_the_best_so_many(images):
    segmenter = OpenVocabularySegmenter(FakeFinder(mug=(0, 30)), threshold=0.4)
    grounding = segmenter.ground((), frame(images), 'the mug', max_objects=1)
    assert grounding.status == Status.FOUND
    assert [d.score for d in grounding.detections] == [0.9]


@pytest.mark.parametrize(
    'instruction', ['what could I drink from?', 'the thing that was just moved', 'the left mug']
)
def test_implicit_instructions_are_refused_before_anything_runs(images, instruction):
    finder = FakeFinder(mug=(0,))
    with pytest.raises(InvalidQueryError, match='load a VISA model'):
        OpenVocabularySegmenter(finder, threshold=0.4).ground((), frame(images), instruction)
    assert not finder.asked


@pytest.mark.parametrize(
    ('change', 'error', 'text'),
    [
        ({'detector': 'sam2'}, ConfigError, 'grounding-dino'),
        ({'segmenter': 'grounding-dino'}, ConfigError, 'edgetam'),
        ({'segmenter': ''}, ConfigError, 'name a segmenter'),
        ({'detector': 'owner/not-here'}, CheckpointError, 'local cache'),
        ({'detector': './not-here'}, CheckpointError, 'no folder'),
    ],
)
def test_wrong_networks_are_refused(load, change, error, text):
    with pytest.raises(error, match=text):
        load(replace(PAIR, **change))


def test_a_network_that_lacks_tensors_is_refused(published, tmp_path):
    with pytest.raises(CheckpointError, match='missing, such as'):
        read_network('Sam2VideoModel', published / 'sam2', device='cpu', precision='fp32')
    broken = tmp_path / 'broken'
    broken.mkdir()
    for file in (published / 'sam2').iterdir():
        (broken / file.name).write_bytes(file.read_bytes()[:5000])
    with pytest.raises(CheckpointError, match='cannot read'):
        read_network('Sam2Model', broken, device='cpu', precision='fp32')


def test_a_missing_device_is_an_error(published):
    if torch.cuda.is_available():
        pytest.skip('there is a GPU')
    with pytest.raises(ConfigError, match='cuda'):
        read_network('Sam2Model', published / 'sam2', device='cuda', precision='fp32')


def test_a_recipe_survives_its_file():
    assert Recipe.from_json(json.loads(json.dumps(PAIR.to_json()))) == PAIR
    assert Recipe.from_json(PAIR.to_json() | {'box_threshold': 0}).box_threshold == 0


@pytest.mark.parametrize(
    'change',
    [
        {'format': 'visa-ros-published'},
        {'version': 2},
        {'treshold': 0.3},
        {'box_threshold': '0.3'},
        {'box_threshold': 1.5},
        {'shortest_px': True},
        {'shortest_px': 2000},
        {'detector': ''},
        {'detector': None},
    ],
)
def test_a_wrong_recipe_is_refused(change):
    with pytest.raises(ConfigError):
        Recipe.from_json(PAIR.to_json() | change)


def test_a_recipe_needs_a_detector():
    raw = PAIR.to_json()
    del raw['detector']
    with pytest.raises(ConfigError, match='detector'):
        Recipe.from_json(raw)


@pytest.mark.parametrize('text', ['', '[]', '{'])
def test_a_file_that_is_no_recipe_is_refused(tmp_path, text):
    (tmp_path / 'config.json').write_text(text)
    with pytest.raises((CheckpointError, ConfigError), match=r'config\.json'):
        load_open_vocabulary(tmp_path)


def test_every_kind_is_a_class_of_transformers():
    tables = (open_vocabulary.DETECTORS, open_vocabulary.SEGMENTERS, open_vocabulary.CONCEPTS)
    for name in {name for table in tables for name in table.values()}:
        assert hasattr(transformers, name)
