"""
What depth adds to colours: how well each tells the kind of an object, and both together.

    python benchmarks/kinds_by_depth.py --model models/visa-nano --train out/few --data out/val \
        --instances out/val_instances

The clips are those of kinds_by_size.py. Features of the model's encoder of pictures (strides 8, 16
and 32) and of its encoder of depth (16 and 32) are averaged over the true mask of each object in
the last frame; a linear classifier learns the kinds of the training objects from each. Together:
the kind whose probabilities have the greatest product.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
from kinds_by_size import fit, mean_over
import numpy as np
import torch
from torch import nn, Tensor
from tqdm import tqdm

from visa_ros.data.tabletop import Clip, Tabletop
from visa_ros.geometry.relief import relief
from visa_ros.model.checkpoint import load_model
from visa_ros.model.pictures import resized
from visa_ros.nn.efficientnet import normalise
from visa_ros.sim.knowledge import CATEGORIES

_HW = (384, 512)
_LEAST_SHARE = 0.0008  # of the picture


def main() -> None:
    """Print how often the kind is right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--model', type=Path, required=True, help='a visa-nano that looks at depth')
    add('--train', type=Path, nargs='+', required=True)
    add('--data', type=Path, required=True)
    add('--instances', type=Path, required=True, help='clips of held-out objects')
    add('--clips', type=int, default=700, help='of each training folder at most')
    args = parser.parse_args()
    encoder = load_model(args.model)[0].encoder
    known = [row for root in args.train for row in _objects(encoder, root, args.clips)]
    kinds = torch.tensor([kind for _, kind in known])
    told = [fit(torch.stack([f[k] for f, _ in known]), kinds) for k in (0, 1)]
    print(f'{"":14}{"objects":>9}{"colours":>9}{"depth":>9}{"both":>9}')
    for name, root in (('new scenes', args.data), ('new objects', args.instances)):
        rows = list(_objects(encoder, root, args.clips))
        truth = torch.tensor([kind for _, kind in rows])
        logs = [told[k](torch.stack([f[k] for f, _ in rows])).log_softmax(dim=1) for k in (0, 1)]
        right = [float((x.argmax(dim=1) == truth).float().mean()) for x in (*logs, sum(logs))]
        print(f'{name:14}{len(rows):>9}' + ''.join(f'{share:>9.3f}' for share in right))


def _objects(
    encoder: nn.Module, root: Path, most: int
) -> Iterator[tuple[tuple[Tensor, Tensor], int]]:
    """Yield the features of colours and of depth, and the kind, of each object."""
    clips, names = Tabletop(root), list(CATEGORIES)
    for index in tqdm(range(min(most, len(clips))), desc=str(root), unit='clip', leave=False):
        clip = clips.clip(index)
        features = _features(encoder, clip)
        ids = cv2.resize(clip.instances(len(clip) - 1), _HW[::-1], interpolation=cv2.INTER_NEAREST)
        for item in clip.record.objects:
            mask = torch.from_numpy((ids == item.instance_id).astype(np.float32))[None, None]
            if mask.mean() >= _LEAST_SHARE:
                colours, depth = (torch.cat([mean_over(x, mask) for x in f]) for f in features)
                yield (colours, depth), names.index(item.category)


@torch.inference_mode()
def _features(encoder: nn.Module, clip: Clip) -> tuple[list[Tensor], list[Tensor]]:
    """Feature maps of the last picture and of its depth."""
    last = len(clip) - 1
    picture = torch.from_numpy(resized(clip.rgb(last), _HW)).permute(2, 0, 1)[None]
    seen = encoder.backbone(normalise(picture))
    maps = relief(clip.depth_m(last), clip.record.camera, (_HW[0] // 2, _HW[1] // 2))
    if maps is None:
        raise SystemExit(f'{clip.name}: hardly any depth')
    return [seen[s] for s in (8, 16, 32)], list(encoder.relief(torch.from_numpy(maps)[None]))


if __name__ == '__main__':
    main()
