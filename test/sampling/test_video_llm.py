import json
import socket

from fakes import clip
import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from sampling import tiny_llava
import torch

from visa_ros.errors import CheckpointError, ConfigError, MissingPackageError
from visa_ros.sampling.percent import percent_question
from visa_ros.sampling.sampler import build_sampler
from visa_ros.sampling.video_llm import load_video_llm, VideoLlmAsker


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return tiny_llava.save(tmp_path_factory.mktemp('llava'))


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError('the network was used')

    monkeypatch.setattr(socket.socket, 'connect', refuse)
    monkeypatch.setattr(socket, 'getaddrinfo', refuse)


@pytest.fixture
def spied(folder):
    """An asker, and the inputs that its model is given."""
    asker = load_video_llm(folder, answers=1)
    given = []
    generate = asker._model.generate

    def spy(**inputs):
        given.append(inputs)
        return generate(**inputs)

    asker._model.generate = spy
    return asker, given


def test_the_model_is_shown_all_frames_in_order_and_then_asked(spied):
    asker, given = spied
    frames = clip(3, hw=(8, 8))

    asker.percents(frames, 'the mug?')

    ids = given[0]['input_ids'][0].tolist()
    words = asker._processor.tokenizer
    user, picture, end = words.convert_tokens_to_ids(['USER:', '<image>', 'ASSISTANT:'])
    shown = [picture] * (3 * tiny_llava.TOKENS_PER_PICTURE)
    question = percent_question('the mug')
    asked = words.encode(f'These are frames of one video, in order of time. {question}')
    assert ids == [user, *shown, *asked, end]
    wanted = asker._processor.image_processor([f.rgb for f in frames], return_tensors='pt')
    assert torch.equal(given[0]['pixel_values'], wanted['pixel_values'])


def test_one_answer_is_the_likeliest(folder):
    asker = load_video_llm(folder, answers=1)
    said = asker.percents(clip(4), 'the mug')

    assert len(said) == 1
    assert said == asker.percents(clip(4), 'the mug')
    assert said == load_video_llm(folder, answers=1, seed=7).percents(clip(4), 'the mug')


def test_several_answers_are_drawn_by_seed_and_question(folder):
    asker = load_video_llm(folder, answers=5)
    frames = clip(4)
    said = asker.percents(frames, 'the mug')

    assert len(said) == 5
    assert len(set(said)) > 1
    assert said == asker.percents(frames, 'the mug')
    assert said == load_video_llm(folder, answers=5).percents(frames, 'the mug')
    assert said != load_video_llm(folder, answers=5, seed=1).percents(frames, 'the mug')


def test_drawing_leaves_other_random_numbers_alone(folder):
    asker = load_video_llm(folder, answers=2)
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    asker.percents(clip(2), 'the mug')
    assert torch.equal(torch.rand(3), wanted)


def test_what_it_says_chooses_the_target(folder):
    sampler = build_sampler('text_guided', 'local', 3, load_video_llm(folder), 'median')
    frames = clip(9)
    chosen = sampler.choose(frames, 'the mug')
    assert chosen.target in chosen.references
    assert chosen == sampler.choose(frames, 'the mug')


def test_the_frames_matter(folder):
    asker = load_video_llm(folder, answers=1)
    frames = clip(4)
    dark = [type(f)(rgb=np.zeros_like(f.rgb), stamp_ns=f.stamp_ns) for f in frames]
    assert asker.percents(frames, 'the mug') != asker.percents(dark, 'the mug')


def test_precision(folder):
    assert load_video_llm(folder, precision='bf16')._model.dtype == torch.bfloat16
    assert load_video_llm(folder)._model.dtype == torch.float32
    assert load_video_llm(folder, precision='bf16', answers=1).percents(clip(2), 'the mug')


@pytest.mark.parametrize(
    ('options', 'says'),
    [
        ({'device': 'cuda:97'}, 'cuda:97'),
        ({'precision': 'fp8'}, 'fp8'),
        ({'answers': 0}, 'least 1'),
    ],
)
def test_wrong_settings(folder, options, says):
    with pytest.raises(ConfigError, match=says):
        load_video_llm(folder, **options)


@pytest.mark.parametrize('name', ['/no/such/folder', 'no such name'])
def test_no_folder(name):
    with pytest.raises(CheckpointError, match='no folder'):
        load_video_llm(name)


def test_a_name_that_was_not_downloaded():
    with pytest.raises(CheckpointError, match='hf download nobody/nothing'):
        load_video_llm('nobody/nothing')


def test_a_folder_of_something_else(tmp_path):
    (tmp_path / 'config.json').write_text('{"model_type": "toaster"}')
    with pytest.raises(CheckpointError, match='no video LLM'):
        load_video_llm(tmp_path)


def test_code_of_a_model_is_never_run(folder, tmp_path):
    config = json.loads((folder / 'config.json').read_text())
    config |= {'model_type': 'toaster', 'auto_map': {'AutoConfig': 'evil.Config'}}
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / 'config.json').write_text(json.dumps(config))
    (tmp_path / 'evil.py').write_text('raise SystemExit("the code of the model was run")')
    with pytest.raises(CheckpointError, match='no video LLM'):
        load_video_llm(tmp_path)


def test_missing_weights(folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = load_file(folder / 'model.safetensors')
    gone = sorted(weights)[3]
    del weights[gone]
    save_file(weights, tmp_path / 'model.safetensors', metadata={'format': 'pt'})
    with pytest.raises(CheckpointError, match='1 tensors are missing'):
        load_video_llm(tmp_path)


def test_no_chat_template(tmp_path):
    with pytest.raises(CheckpointError, match='chat template'):
        load_video_llm(tiny_llava.save(tmp_path, template=None))


def test_a_template_that_takes_no_pictures(tmp_path):
    asker = load_video_llm(tiny_llava.save(tmp_path, template='USER: hello ASSISTANT:'))
    with pytest.raises(ConfigError, match='LlavaForConditionalGeneration cannot be asked'):
        asker.percents(clip(2), 'the mug')


def test_a_processor_that_needs_torchvision(folder, monkeypatch):
    def lacks(*_, **__):
        raise ImportError('VideoProcessor requires the Torchvision library')

    monkeypatch.setattr('visa_ros.sampling.video_llm.AutoProcessor.from_pretrained', lacks)
    with pytest.raises(MissingPackageError, match='pip install torchvision'):
        load_video_llm(folder)


class VideoProcessor:
    """As those of models that read videos; keeps what it is given."""

    video_processor = object()

    def apply_chat_template(self, conversation, **options):
        self.given = conversation, options
        raise ValueError('that is enough')


def test_a_model_that_reads_videos_is_given_one():
    processor = VideoProcessor()
    asker = VideoLlmAsker(model=None, processor=processor)
    with pytest.raises(ConfigError, match='that is enough'):
        asker.percents(clip(5, gap_s=0.25), 'the mug')

    ((turn,), options) = processor.given
    video, text = turn['content']
    assert video['type'] == 'video'
    assert [picture.size for picture in video['video']] == [(64, 48)] * 5
    assert text == {'type': 'text', 'text': percent_question('the mug')}
    assert options['processor_kwargs']['do_sample_frames'] is False
    (metadata,) = options['processor_kwargs']['video_metadata']
    assert metadata['fps'] == 4.0
    assert metadata['frames_indices'] == [0, 1, 2, 3, 4]
