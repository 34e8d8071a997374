"""Questions side by side must be read as if each were asked alone."""

import pytest
import torch
from transformers import LlamaConfig, LlamaModel

from visa_ros.errors import ConfigError, InvalidQueryError
from visa_ros.model.branches import Branches, check_length, Prompt

WIDTH, LENGTH = 32, 11


@pytest.fixture(scope='module')
def language():
    torch.manual_seed(0)
    return LlamaModel(
        LlamaConfig(
            vocab_size=20,
            hidden_size=WIDTH,
            intermediate_size=48,
            num_hidden_layers=3,
            num_attention_heads=4,
            num_key_value_heads=4,
            attn_implementation='sdpa',
        )
    ).eval()


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(7)


def words(rng, count):
    return torch.randn(count, WIDTH, generator=rng)


def make_prompt(rng, *, mutual=False):
    position = torch.tensor([0] * 4 + [1] * 7) if mutual else torch.arange(LENGTH)
    return Prompt(embeds=words(rng, LENGTH), position=position, mutual=mutual)


@torch.no_grad()
def test_a_causal_prompt_is_read_as_transformers_does(language, rng):
    prompt, question = make_prompt(rng), words(rng, 5)
    found = Branches(language, prompt).append({0: question})[0]
    whole = torch.cat((prompt.embeds, question))[None]
    want = language(inputs_embeds=whole).last_hidden_state[0, LENGTH:]
    torch.testing.assert_close(found, want, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('mutual', [False, True])
def test_many_branches_equal_each_alone(language, rng, mutual):
    prompt = make_prompt(rng, mutual=mutual)
    pieces = {k: words(rng, k + 2) for k in range(4)}
    more = {k: words(rng, 1) for k in (3, 1)}
    together = Branches(language, prompt)
    first, second = together.append(pieces), together.append(more)
    assert list(second) == [3, 1]
    for k, piece in pieces.items():
        alone = Branches(language, prompt)
        torch.testing.assert_close(first[k], alone.append({0: piece})[0], atol=1e-5, rtol=1e-5)
        if k in more:
            read = alone.append({0: more[k]})[0]
            torch.testing.assert_close(second[k], read, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('mutual', [False, True])
def test_a_read_prompt_goes_on_as_if_read_anew_and_is_not_changed(language, rng, mutual):
    prompt = make_prompt(rng, mutual=mutual)
    one, two = words(rng, 3), words(rng, 6)
    first = Branches(language, prompt)
    first.append({0: one, 1: two})
    read = first.prompt
    before = [tensor.clone() for layer in read.layers for tensor in layer]
    for _ in range(2):
        again = Branches(language, read)
        state = again.append({0: two})[0]
        again.append({0: one})
        torch.testing.assert_close(
            state, Branches(language, prompt).append({0: two})[0], atol=1e-5, rtol=1e-5
        )
    after = [tensor for layer in read.layers for tensor in layer]
    assert all(map(torch.equal, before, after))
    assert again.prompt is read
    assert read.states.shape == (LENGTH, WIDTH)
    assert read.after == int(prompt.position[-1]) + 1


def test_a_shared_beginning_equals_one_of_each(language, rng):
    prompt, shared = make_prompt(rng), words(rng, 4)
    pieces = {k: words(rng, 3 - k) for k in range(3)}
    found = Branches(language, prompt, shared=shared).append(pieces)
    for k, piece in pieces.items():
        alone = Branches(language, prompt).append({0: torch.cat((shared, piece))})[0]
        torch.testing.assert_close(found[k], alone[4:], atol=1e-5, rtol=1e-5)


def test_the_kept_prompt_holds_no_shared_beginning(language, rng):
    prompt, shared = make_prompt(rng), words(rng, 4)
    branches = Branches(language, prompt, shared=shared)
    branches.append({0: words(rng, 2)})
    again = Branches(language, branches.prompt).append({0: shared})[0]
    plain = Branches(language, prompt).append({0: shared})[0]
    torch.testing.assert_close(again, plain, atol=1e-5, rtol=1e-5)


def test_the_prompt_must_be_read_before_it_is_kept(language, rng):
    with pytest.raises(RuntimeError, match='append'):
        _ = Branches(language, make_prompt(rng)).prompt


@pytest.mark.parametrize(
    ('pictures', 'words_', 'error', 'match'),
    [
        (12, 100, None, ''),
        (12, 256, None, ''),
        (12, 257, InvalidQueryError, 'shorten it'),
        (40, 100, ConfigError, 'at most 12 reference'),
        (15, 50, ConfigError, 'at most 12 reference'),
    ],
)
def test_what_does_not_fit_is_refused_with_advice(pictures, words_, error, match):
    def check():
        check_length(pictures=pictures, picture=112, words=words_, limit=1600)

    if error is None:
        check()
    else:
        with pytest.raises(error, match=match):
            check()
