import json

import pytest

from visa_ros.data.registry import CHAT_SETS, open_dataset
from visa_ros.errors import DataError


def test_every_set_opens_and_what_is_talked_about_is_there(trees):
    for name in CHAT_SETS:
        dataset = open_dataset(name, trees, 'train')
        assert len(dataset) > 0
        for i in range(len(dataset)):
            sample = dataset[i]
            assert all(path.is_file() for path in sample.pictures)
            assert sample.video is None or sample.video.is_file()
            assert [t.speaker for t in sample.turns] == ['human', 'gpt'] * (len(sample.turns) // 2)
        with pytest.raises(IndexError):
            dataset[len(dataset)]


def test_sets_differ_in_what_they_talk_about(trees):
    samples = {name: open_dataset(name, trees, 'train')[0] for name in CHAT_SETS}
    assert len(samples['llava-instruct'].pictures) == 1
    assert samples['scienceqa'].pictures == ()
    assert len(samples['mimic-it'].pictures) == 2
    assert samples['activitynet-chat'].video.suffix == '.mp4'
    assert len(open_dataset('llava-instruct', trees, 'train')[1].turns) == 4


def test_a_movie_may_be_named_without_its_extension(tree):
    root = tree('activitynet-chat')
    path = root / 'Fine-tuning' / 'VIDEO' / 'video_chat.json'
    raw = json.loads(path.read_text())
    raw[0]['video'] = raw[0]['video'].removesuffix('.mp4')
    path.write_text(json.dumps(raw))
    assert open_dataset('activitynet-chat', root, 'train')[0].video.is_file()


HUMAN, GPT = {'from': 'human', 'value': 'x'}, {'from': 'gpt', 'value': 'y'}


@pytest.mark.parametrize(
    'change',
    [
        {'image': '../a.jpg'},
        {'image': '/a.jpg'},
        {'image': ['a.jpg', 3]},
        {'conversations': []},
        {'conversations': [HUMAN]},
        {'conversations': [HUMAN, HUMAN]},
        {'conversations': [HUMAN, {'from': 'gpt'}]},
        {'video': 'a.mp4'},
    ],
)
def test_conversations_of_another_form_are_named(tree, change):
    root = tree('llava-instruct')
    path = root / 'llava_dataset' / 'llava_instruct_150k.json'
    raw = json.loads(path.read_text())
    raw[1] = {**raw[1], **change}
    path.write_text(json.dumps(raw))
    dataset = open_dataset('llava-instruct', root, 'train')
    assert dataset[0].turns
    with pytest.raises(DataError):
        dataset[1]


def test_a_greeting_is_left_out(tree):
    root = tree('llava-instruct')
    path = root / 'llava_dataset' / 'llava_instruct_150k.json'
    raw = json.loads(path.read_text())
    raw[0]['conversations'] = [GPT, HUMAN, GPT]
    path.write_text(json.dumps(raw))
    turns = open_dataset('llava-instruct', root, 'train')[0].turns
    assert [t.text for t in turns] == ['x', 'y']
