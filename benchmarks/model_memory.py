"""
Memory that the weights of the published sizes take, by precision; from shapes, nothing is loaded.

    python benchmarks/model_memory.py
    python benchmarks/model_memory.py --model models/visa-7b
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from tqdm import tqdm

from visa_ros.model.published.config import ClipSizes, LanguageSizes, PublishedConfig, SamSizes
from visa_ros.model.published.folder import read_config
from visa_ros.model.published.layout import part_of
from visa_ros.model.published.quantize import weight_bytes
from visa_ros.model.published.sources import empty_model, wanted_shapes

ROWS = (
    ('fp32', torch.float32, 'none'),
    ('bf16 or fp16', torch.bfloat16, 'none'),
    ('bf16, 8bit', torch.bfloat16, '8bit'),
    ('bf16, 4bit', torch.bfloat16, '4bit'),
)
PICTURES = 13  # twelve references and the target
TEXT_TOKENS = 130


def main() -> None:
    """Print a table for the published sizes, or for a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--model', type=Path, help='a converted folder; default: 7B and 13B')
    args = parser.parse_args()
    if args.model is not None:
        configs = {args.model.name: read_config(args.model)}
    else:
        configs = {
            '7B': published(hidden=4096, layers=32, heads=32, mlp=11008),
            '13B': published(hidden=5120, layers=40, heads=40, mlp=13824),
        }
    shapes = {name: wanted_shapes(empty_model(config)) for name, config in tqdm(configs.items())}
    for name, config in configs.items():
        print_parts(name, shapes[name])
        tokens = PICTURES * config.tokens_per_picture + TEXT_TOKENS
        cache = 2 * config.language.layers * config.language.hidden * 2 * tokens
        print(f'{name}: keys and values of {tokens} tokens in bf16: {cache / 1e9:.2f} GB\n')
    print(f'{"weights, GB":14}' + ''.join(f'{name:>10}' for name in configs))
    for title, dtype, kind in ROWS:
        sizes = (weight_bytes(shapes[name], dtype, kind) / 1e9 for name in configs)
        print(f'{title:14}' + ''.join(f'{size:10.2f}' for size in sizes))


def published(*, hidden: int, layers: int, heads: int, mlp: int) -> PublishedConfig:
    """Sizes of a VISA as it was published, around a language model."""
    return PublishedConfig(
        language=LanguageSizes(vocab=32001, hidden=hidden, layers=layers, heads=heads, mlp=mlp),
        clip=ClipSizes(hidden=1024, mlp=4096, layers=24, heads=16, image_px=224, patch_px=14),
        sam=SamSizes.vit('h'),
        seg_token=32000,
        out_dim=256,
    )


def print_parts(name: str, shapes: dict[str, tuple[int, ...]]) -> None:
    """Print the parameters of each part."""
    counts: dict[str, int] = {}
    for key, shape in shapes.items():
        counts[part_of(key)] = counts.get(part_of(key), 0) + torch.Size(shape).numel()
    parts = ', '.join(f'{part} {count / 1e6:.1f} M' for part, count in counts.items())
    print(f'{name}: {sum(counts.values()) / 1e9:.3f} G parameters: {parts}')


if __name__ == '__main__':
    main()
