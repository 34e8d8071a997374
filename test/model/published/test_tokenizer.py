"""Tokenising as the published weights need it (spec 2.3)."""

from __future__ import annotations

import pytest
from transformers import LlamaTokenizer

from visa_ros.errors import CheckpointError
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.tokenizer import IMAGE, PromptTokenizer

SPACE = '\u2581'
ANSWER = 'ASSISTANT: It is [SEG].</s>'


def naive(tokenizer_model, *, legacy):
    """What transformers reads from the same file; today's call for every LLaMA tokenizer."""
    base = pytest.importorskip('transformers.tokenization_utils_base')
    ours = PromptTokenizer(tokenizer_model, legacy=legacy)
    vocab = {ours.piece(token): token for token in range(ours.vocab_size - 1)}
    theirs = LlamaTokenizer(vocab=vocab, merges=base.generate_merges(vocab), legacy=legacy)
    theirs.add_tokens('[SEG]')
    return theirs


def pieces(tokenizer, text):
    return [tokenizer.piece(token) for token in tokenizer.encode(text)]


@pytest.mark.parametrize('legacy', [False, True])
def test_the_naive_call_puts_a_space_token_before_seg(tokenizer_model, legacy):
    """Its state would prompt the mask. Whoever uses that call here fails this test."""
    theirs = naive(tokenizer_model, legacy=legacy)
    found = theirs.convert_ids_to_tokens(theirs(ANSWER).input_ids)
    assert found[found.index('[SEG]') - 1] == SPACE

    ours = PromptTokenizer(tokenizer_model, legacy=legacy)
    right = pieces(ours, ANSWER)
    assert right[right.index('[SEG]') - 1] == found[found.index('[SEG]') - 2] != SPACE
    assert ours.encode(ANSWER)[1:] != theirs(ANSWER, add_special_tokens=False).input_ids


@pytest.mark.parametrize('legacy', [False, True])
def test_the_naive_call_loses_a_space_where_a_chunk_begins_with_one(tokenizer_model, legacy):
    theirs = naive(tokenizer_model, legacy=legacy)
    chunk = ' \nTarget Image: '
    found = theirs.convert_ids_to_tokens(theirs(chunk).input_ids)
    right = pieces(PromptTokenizer(tokenizer_model, legacy=legacy), chunk)
    assert ''.join(right).count(SPACE) == ''.join(found).count(SPACE) + 1


def test_plain_text_is_what_everyone_makes_of_it(tokenizer_model):
    """Apart from the traps there is nothing peculiar."""
    theirs = naive(tokenizer_model, legacy=False)
    ours = PromptTokenizer(tokenizer_model, legacy=False)
    for text in ('It is', 'the red mug', 'which object moves fastest?'):
        assert ours.encode(text)[1:] == theirs(text, add_special_tokens=False).input_ids


def test_spaces_around_seg_do_not_matter(tokenizer):
    wanted = tokenizer.encode('It is[SEG]and')
    for text in ('It is [SEG]and', 'It is[SEG] and', 'It is  [SEG] \n and'):
        assert tokenizer.encode(text) == wanted


def test_legacy_keeps_the_space_behind_seg(tokenizer_model):
    new, legacy = (PromptTokenizer(tokenizer_model, legacy=flag) for flag in (False, True))
    assert pieces(new, 'It is [SEG].')[-2:] == ['[SEG]', '.']
    assert pieces(legacy, 'It is [SEG].')[-3:] == ['[SEG]', SPACE, '.']
    assert new.encode('It is')[1:] == legacy.encode('It is')[1:]


def test_a_word_behind_seg_that_is_no_piece_without_its_space_is_unknown(tokenizer_model):
    """As in the reference; only the text loss reads it."""
    ours = PromptTokenizer(tokenizer_model, legacy=False)
    assert pieces(ours, 'It is [SEG] and') == [*pieces(ours, 'It is [SEG]'), '<unk>']
    legacy = PromptTokenizer(tokenizer_model, legacy=True)
    assert pieces(legacy, 'It is [SEG] and')[-1] == SPACE + 'and'


def test_one_start_token_and_a_placeholder_per_picture(tokenizer):
    ids = tokenizer.encode('(0)<image>, (1)<image> \nTarget')
    assert ids.count(IMAGE) == 2
    assert ids[0] == tokenizer.bos
    assert ids.count(tokenizer.bos) == 1


def test_chunks_are_tokenised_one_by_one(tokenizer):
    before, after = tokenizer.encode('(0)'), tokenizer.encode(' \nWhat is')
    assert tokenizer.encode('(0)<image> \nWhat is') == [*before, IMAGE, *after[1:]]


def test_ends_and_seg_are_single_tokens(tokenizer):
    assert tokenizer.encode('</s>') == [tokenizer.bos, tokenizer.eos]
    assert tokenizer.encode('[SEG]') == [tokenizer.bos, tokenizer.seg_token]
    assert tokenizer.seg_token == tokenizer.vocab_size - 1
    assert tokenizer.encode('') == [tokenizer.bos]


@pytest.mark.parametrize(
    'text',
    ['It is [SEG].', 'Sure, it is.', '[SEG], [SEG].', 'the red mug [SEG], the cup [SEG].', ''],
)
def test_decoding_gives_an_answer_back(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_decoding_leaves_out_what_nobody_says(tokenizer):
    prompt = PromptTemplate.default().segmentation_prompt('the red mug', 1)
    said = tokenizer.decode(tokenizer.encode(prompt))
    assert '<image>' not in said
    assert '</s>' not in said
    assert said.endswith('ASSISTANT: It is [SEG].')


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path):
    path = tmp_path / 'tokenizer.model'
    for content in (None, b'nonsense'):
        if content:
            path.write_bytes(content)
        with pytest.raises(CheckpointError, match=r'tokenizer\.model'):
            PromptTokenizer(path, legacy=False)
