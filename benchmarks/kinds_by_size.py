"""
How well the image encoder tells kinds apart, by the size at which it sees a picture.

    visa-ros sim render --split train --count 600 --vary --instances varied --frames 2 --rate 1 \
        --width 512 --height 384 --expressions 0 -o out/few
    visa-ros sim render --split val --seed 500 --count 60 --vary --frames 6 --rate 1.3333 \
        --duration 3.6 --expressions 0 -o out/val
    visa-ros sim render --split val --seed 500 --count 60 --vary --frames 6 --rate 1.3333 \
        --duration 3.6 --expressions 0 --instances held_out -o out/val_instances
    python benchmarks/kinds_by_size.py --train out/few --data out/val \
        --instances out/val_instances [--model models/visa-nano]

Features of strides 8, 16 and 32 are averaged over the true mask of each object in the last frame,
and a linear classifier learns the kinds of the training objects from them. Without --model: the
ImageNet weights as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn, Tensor
from torch.nn import functional
from tqdm import tqdm

from visa_ros.data.tabletop import Tabletop
from visa_ros.model.checkpoint import load_model
from visa_ros.model.pictures import resized
from visa_ros.nn.efficientnet import EfficientNetLite0, load_imagenet_weights, normalise
from visa_ros.sim.knowledge import CATEGORIES

_SIZES_HW = ((192, 256), (256, 320), (384, 512))
_LEAST_SHARE = 0.0008  # of the picture
_DECAY = 1e-2


def main() -> None:
    """Print how often the kind is right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--model', type=Path, help='a visa-nano; else the ImageNet weights')
    add('--train', type=Path, required=True)
    add('--data', type=Path, required=True)
    add('--instances', type=Path, required=True, help='clips of held-out objects')
    args = parser.parse_args()
    backbone = _backbone(args.model)
    print(f'{"input":>10}{"objects":>9}{"training":>10}{"new scenes":>12}{"new objects":>13}')
    for hw in _SIZES_HW:
        known = _objects(backbone, Tabletop(args.train), hw)
        told = fit(*known)
        sets = [_objects(backbone, Tabletop(p), hw) for p in (args.data, args.instances)]
        right = [float((told(x).argmax(dim=1) == y).float().mean()) for x, y in (known, *sets)]
        print(
            f'{hw[1]:>6}x{hw[0]}{len(known[1]):>9}{right[0]:>10.3f}{right[1]:>12.3f}'
            f'{right[2]:>13.3f}'
        )


def _backbone(model: Path | None) -> nn.Module:
    if model is not None:
        return load_model(model)[0].encoder.backbone
    backbone = EfficientNetLite0()
    load_imagenet_weights(backbone)
    return backbone.eval()


@torch.no_grad()
def _objects(backbone: nn.Module, clips: Tabletop, hw: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Features and kinds of all objects, float (n, C) and int64 (n,)."""
    names = list(CATEGORIES)
    rows, kinds = [], []
    for index in tqdm(range(len(clips)), desc=f'{hw[1]}x{hw[0]}', unit='clip', leave=False):
        clip = clips.clip(index)
        last = len(clip) - 1
        picture = torch.from_numpy(resized(clip.rgb(last), hw)).permute(2, 0, 1)[None]
        features = backbone(normalise(picture))
        ids = cv2.resize(clip.instances(last), hw[::-1], interpolation=cv2.INTER_NEAREST)
        for item in clip.record.objects:
            mask = torch.from_numpy((ids == item.instance_id).astype(np.float32))[None, None]
            if mask.mean() < _LEAST_SHARE:
                continue
            rows.append(torch.cat([mean_over(features[stride], mask) for stride in (8, 16, 32)]))
            kinds.append(names.index(item.category))
    return torch.stack(rows), torch.tensor(kinds)


def mean_over(features: Tensor, mask: Tensor) -> Tensor:
    """Mean of features (1, C, h, w) over a mask (1, 1, H, W), float (C,)."""
    cover = functional.adaptive_avg_pool2d(mask, tuple(features.shape[-2:]))[0, 0]
    return (features[0] * cover).sum(dim=(1, 2)) / cover.sum()


def fit(features: Tensor, kinds: Tensor) -> Callable[[Tensor], Tensor]:
    """Fit a linear classifier to rows (n, C); it returns the logits of other rows."""
    mean, spread = features.mean(dim=0), features.std(dim=0) + 1e-3
    scaled = ((features - mean) / spread).clone()
    weight = torch.zeros(features.shape[1], len(CATEGORIES), requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=100)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = functional.cross_entropy(scaled @ weight, kinds) + _DECAY * weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)
    weight.requires_grad_(False)
    return lambda rows: (rows - mean) / spread @ weight


if __name__ == '__main__':
    main()
