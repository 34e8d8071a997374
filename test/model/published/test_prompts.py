"""The conversation around an instruction (spec 2.1, 2.2)."""

from __future__ import annotations

import json

from hypothesis import given, strategies
import pytest

from visa_ros.errors import ConfigError, InvalidQueryError
from visa_ros.model.published.prompts import normalise, PromptTemplate
from visa_ros.model.published.tokenizer import IMAGE_TEXT

TEMPLATE = PromptTemplate.default()


def test_a_segmentation_prompt_word_for_word():
    prompt = TEMPLATE.segmentation_prompt('The  red mug', 2)
    assert prompt == (
        'A chat between a curious human and an artificial intelligence assistant. The assistant '
        "gives helpful, detailed, and polite answers to the human's questions. USER: "
        'Reference Video: (0)<image>, (1)<image> \n'
        'Target Image: <image> \n'
        'What is the red mug in the Reference Video? '
        'Please respond with segmentation mask in the Target Image. '
        'ASSISTANT: It is [SEG].</s>'
    )


def test_a_question_is_asked_as_it_is():
    prompt = TEMPLATE.segmentation_prompt('Which one moves?', 1)
    assert '\nwhich one moves? Please find it in the Reference Video' in prompt


@given(references=strategies.integers(0, 20))
def test_one_place_per_picture(references):
    prompt = TEMPLATE.segmentation_prompt('a cup', references)
    assert prompt.count(IMAGE_TEXT) == references + 1


def test_an_open_prompt_is_the_beginning_of_the_closed_one():
    closed = TEMPLATE.segmentation_prompt('a cup', 3)
    opened = TEMPLATE.segmentation_prompt('a cup', 3, answer=None)
    assert closed == opened + ' It is [SEG].</s>'


def test_turns_follow_each_other():
    text = TEMPLATE.conversation([('one', 'two'), ('three', None)])
    assert text == f'{TEMPLATE.system} USER: one ASSISTANT: two</s>USER: three ASSISTANT:'


@pytest.mark.parametrize(
    ('form', 'variants'), [('short', TEMPLATE.short), ('long', TEMPLATE.long)]
)
def test_every_variant_names_the_expression(form, variants):
    asked = [TEMPLATE.question('a cup', 1, k, form) for k in range(len(variants))]
    assert len(set(asked)) == len(variants)
    assert all('a cup' in text for text in asked)


def test_a_plain_question_has_no_target():
    assert TEMPLATE.plain_question('what is this?', 1) == '(0)<image>\nwhat is this?'


def test_braces_of_a_user_are_not_filled_in():
    assert '{references} {request}' in TEMPLATE.question('{references} {request}', 1)


@pytest.mark.parametrize('text', ['', '  ', 'a <image> of it', 'say [SEG]', 'end </s> it'])
def test_text_that_would_break_the_prompt_is_refused(text):
    with pytest.raises(InvalidQueryError):
        TEMPLATE.question(text, 1)


@given(strategies.text())
def test_normalising_twice_is_normalising_once(text):
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip()


def test_json_round_trip_is_strict():
    raw = json.loads(json.dumps(TEMPLATE.to_json()))
    assert PromptTemplate.from_json(raw) == TEMPLATE
    with pytest.raises(ConfigError, match='sytem'):
        PromptTemplate.from_json(raw | {'sytem': 'x'})
    with pytest.raises(ConfigError, match='expression'):
        PromptTemplate.from_json(raw | {'short': ['nothing to fill']})
