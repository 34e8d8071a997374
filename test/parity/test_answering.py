"""The façade, with all it remembers, against the masks of the reference."""

from __future__ import annotations

import numpy as np
from parity.folder import assert_within, case_names
from parity.published import tiny_visa
from parity.queries import infer_cases, is_noise, query_of, tokenizer
import pytest

from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.segmenter import PublishedSegmenter
from visa_ros.structs import Frame

TOLERANCE = 5e-6
CASES = [c for c in case_names('infer.npz', having='pred_mask_logits') if not is_noise(c)]


@pytest.fixture
def decoded(monkeypatch):
    """Full-resolution logits of each question, as the façade computes them."""
    network, seen = tiny_visa(), []
    bring_back = network.full_resolution

    def keep(*args, **kwargs):
        seen.append(bring_back(*args, **kwargs))
        return seen[-1]

    monkeypatch.setattr(network, 'full_resolution', keep)
    return seen


@pytest.mark.parametrize('case', CASES)
def test_answers_are_the_references_masks_from_memory_too(case, decoded):
    query = query_of(case)
    segmenter = PublishedSegmenter(
        network=tiny_visa(), tokenizer=tokenizer(), template=PromptTemplate.default()
    )
    *references, target = [Frame(rgb=rgb, stamp_ns=k) for k, rgb in enumerate(query.frames)]
    wanted = infer_cases()[case]['pred_mask_logits']
    together = segmenter.ground_many(references, target, query.expressions)
    assert_within('façade, questions at once', decoded[0], wanted, TOLERANCE)
    for expression, logits, answer in zip(query.expressions, wanted, together, strict=True):
        again = segmenter.ground(references, target, expression)
        assert_within('façade, from memory', decoded[-1][0], logits, TOLERANCE)
        for found in (answer, again):
            mask = found.detections[0].mask if found.detections else np.zeros(logits.shape, bool)
            sure = np.abs(logits) > TOLERANCE
            assert np.array_equal(mask[sure], (logits > 0)[sure])
    assert segmenter.llm_passes == 1 + len(query.expressions)
