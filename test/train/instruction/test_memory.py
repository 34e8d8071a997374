"""Memory of the published sizes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from visa_ros.model.published.config import ClipSizes, LanguageSizes, PublishedConfig, SamSizes
from visa_ros.train.instruction.config import read_config
from visa_ros.train.instruction.memory import estimate_memory

CONFIG = Path(__file__).parents[3] / 'config' / 'train' / 'visa-7b.yaml'
VISA_7B = PublishedConfig(
    language=LanguageSizes(vocab=32001, hidden=4096, layers=32, heads=32, mlp=11008),
    clip=ClipSizes(hidden=1024, mlp=4096, layers=24, heads=16, image_px=224, patch_px=14),
    sam=SamSizes.vit('h'),
    seg_token=32000,
    out_dim=256,
)


def test_the_published_size():
    config = read_config(CONFIG)
    memory = estimate_memory(VISA_7B, config, processes=8)
    # 6.74 G of LLaMA with its row for [SEG], 0.30 G of CLIP, 0.64 G of SAM, the projections.
    assert memory.trained + memory.frozen == pytest.approx(7.71e9, rel=0.01)
    # Both ends of the language model are most of what is trained; LoRA is 4.2 M.
    assert memory.trained == pytest.approx(2 * 32001 * 4096 + 4.2e6 + 22e6, rel=0.01)
    assert 15e9 < memory.weights < 17e9
    assert memory.total < 80e9


def test_what_saves_memory():
    config = read_config(CONFIG)
    usual = estimate_memory(VISA_7B, config, processes=8)

    def changed(**settings):
        compute = replace(config.compute, **settings)
        return estimate_memory(VISA_7B, replace(config, compute=compute), processes=8)

    assert changed(checkpointing=False).activations > 3 * usual.activations
    assert changed(per_device=2).activations > usual.activations
    assert changed(precision='fp32').weights > 1.8 * usual.weights
    shared = changed(sharding='fsdp')
    assert shared.weights == usual.weights // 8
    assert shared.optimizer == usual.optimizer // 8
