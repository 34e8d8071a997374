"""
Prompts to token ids as transformers 4.31's slow LLaMA tokenizer made them. No torch.

The published weights depend on it. Later versions of transformers put a lone space token before
`[SEG]`, whose state would then become the prompt of the mask, and drop one space where a chunk
begins with one. So sentencepiece is used directly, and what that tokenizer did around special
tokens is done here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
import re
from typing import Any

from visa_ros.errors import CheckpointError, MissingPackageError

IMAGE = -200  # stands for a picture in a row of token ids
IMAGE_TEXT, SEG_TEXT = '<image>', '[SEG]'
BOS_TEXT, EOS_TEXT, UNK_TEXT = '<s>', '</s>', '<unk>'
_SPACE = '\u2581'  # how sentencepiece writes a space


class PromptTokenizer:
    """
    A sentencepiece model with `[SEG]` added behind its last token.

    seg_token, bos, eos  ids
    vocab_size           tokens, [SEG] included
    """

    def __init__(self, model_file: Path, *, legacy: bool, seg: str = SEG_TEXT) -> None:
        """
        Read a tokenizer.model.

        legacy  the flag of that name in the checkpoint's tokenizer_config.json: whether words
                behind a special token keep the space that sentencepiece puts before them
        """
        self._pieces = _processor(model_file)
        self._legacy = legacy
        self._seg = seg
        self.seg_token: int = self._pieces.get_piece_size()
        self.vocab_size = self.seg_token + 1
        self.bos: int = self._pieces.bos_id()
        self.eos: int = self._pieces.eos_id()
        self._special = {
            seg: self.seg_token,
            BOS_TEXT: self.bos,
            EOS_TEXT: self.eos,
            UNK_TEXT: self._pieces.unk_id(),
        }
        self._split = re.compile('(' + '|'.join(map(re.escape, self._special)) + ')')

    def encode(self, prompt: str) -> list[int]:
        """Turn a prompt into ids: the start token, then words, with IMAGE for each `<image>`."""
        first, *others = prompt.split(IMAGE_TEXT)
        ids = [self.bos, *self._chunk(first)]
        for chunk in others:
            ids += [IMAGE, *self._chunk(chunk)]
        return ids

    def piece(self, token: int) -> str:
        """Return the text that one id stands for, spaces as sentencepiece writes them."""
        return self._seg if token == self.seg_token else self._pieces.id_to_piece(token)

    def decode(self, ids: Sequence[int]) -> str:
        """Turn ids into text; start, end and pictures are left out, `[SEG]` stays."""
        text, words = '', []
        for token in (*ids, None):
            if token is not None and token not in (self.seg_token, self.bos, self.eos, IMAGE):
                words.append(token)
                continue
            spoken = self._pieces.decode(words)
            text = _spaced(text, spoken) if text.endswith(self._seg) else text + spoken
            words = []
            if token == self.seg_token:
                text = f'{text} {self._seg}' if text else self._seg
        return text

    def _chunk(self, text: str) -> list[int]:
        """Tokenise the text between two pictures, which the reference does one by one."""
        ids: list[int] = []
        for position, piece in enumerate(self._split_special(text)):
            if piece in self._special:
                ids.append(self._special[piece])
            elif position == 0 or self._legacy or piece.startswith(' '):
                ids += self._pieces.encode(piece)
            else:
                ids += self._without_dummy_space(piece)
        return ids

    def _split_special(self, text: str) -> Iterator[str]:
        """Split at special tokens; spaces next to `[SEG]`, and only there, are dropped."""
        parts = self._split.split(text)
        for position, part in enumerate(parts):
            if part in self._special:
                yield part
                continue
            if parts[position - 1 : position] == [self._seg]:
                part = part.lstrip()
            if parts[position + 1 : position + 2] == [self._seg]:
                part = part.rstrip()
            yield part

    def _without_dummy_space(self, text: str) -> list[int]:
        """Encode without the space that sentencepiece puts before every text."""
        pieces = self._pieces.encode(text, out_type=str)
        if pieces and pieces[0].startswith(_SPACE):
            pieces[:1] = [pieces[0][1:]] if len(pieces[0]) > 1 else []
        return [self._pieces.piece_to_id(piece) for piece in pieces]


def _processor(model_file: Path) -> Any:
    try:
        from sentencepiece import SentencePieceProcessor
    except ImportError as error:
        raise MissingPackageError('sentencepiece is missing: pip install sentencepiece') from error
    try:
        return SentencePieceProcessor(model_file=str(model_file))
    except (OSError, RuntimeError) as error:
        raise CheckpointError(f'{model_file} is not a sentencepiece model: {error}') from error


def _spaced(text: str, more: str) -> str:
    """Join words to what is behind a `[SEG]`; the space there was lost by tokenising."""
    return f'{text} {more}' if more[:1].isalnum() else text + more
