"""
The two text sides of a small VISA: what it reads and what it says.

It reads instructions through a frozen sentence encoder (MiniLM), since a vocabulary learned from
a few thousand simulated phrases understands no others. It says one of a few sentence forms over
a closed vocabulary, with `[SEG]` behind each object it names.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
import json
from pathlib import Path

from safetensors.torch import load_file
from tokenizers import BertWordPieceTokenizer
import torch
from torch import Tensor
from transformers import BertConfig, BertModel

from visa_ros.errors import CheckpointError, InvalidQueryError
from visa_ros.model.dictionary import Dictionary, load_dictionary
from visa_ros.structs import Status

PAD, BEGIN, END, SEG = 0, 1, 2, 3
TABLE = 'embeddings.word_embeddings.weight'
SCALE = TABLE + '.scale'
_TOGETHER = 16  # texts that are encoded in one pass
LOOKING_BACK = 'Looking back: '
"""Before an instruction about an earlier frame, asked when those after it are known."""
_SPECIAL = ('<pad>', '<s>', '</s>', '[SEG]')
_FORMS = {
    Status.ABSENT: 'there is no such object',
    Status.AMBIGUOUS: 'which one do you mean :',
}


class TextEncoder:
    """
    Hidden states of an instruction's tokens from a frozen encoder; the last few are remembered.

    Not thread-safe: one thread owns it.
    """

    def __init__(
        self,
        *,
        model: BertModel,
        tokenizer: BertWordPieceTokenizer,
        max_tokens: int,
        remembered: int,
        dictionary: Dictionary | None = None,
    ) -> None:
        self._model = model.eval().requires_grad_(False)
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._remembered = remembered
        self._dictionary = Dictionary({}) if dictionary is None else dictionary
        self._states: OrderedDict[str, Tensor] = OrderedDict()

    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> list[Tensor]:
        """
        Return a float (L, E) per text; InvalidQueryError for one of more than max_tokens.

        Names of the dictionary are read as it says. In the place of [CLS], which MiniLM was not
        trained to use, is the mean of all states, which is its embedding of the sentence.
        """
        new = list(dict.fromkeys(text for text in texts if text not in self._states))
        if new:
            self._states.update(zip(new, self._run(new), strict=True))
        found = [self._states[text] for text in texts]
        for text in texts:
            self._states.move_to_end(text)
        while len(self._states) > self._remembered:
            self._states.popitem(last=False)
        return found

    def _run(self, texts: Sequence[str]) -> list[Tensor]:
        plain = [self._dictionary.plain(text.removeprefix(LOOKING_BACK)) for text in texts]
        # What is put before an instruction must not make one too long that is not.
        asked = [self._tokenizer.encode(text).ids for text in plain]
        openings = [LOOKING_BACK if text.startswith(LOOKING_BACK) else '' for text in texts]
        whole = [opening + text for opening, text in zip(openings, plain, strict=True)]
        ids = [self._tokenizer.encode(text).ids for text in whole]
        if (longest := max(map(len, asked))) > self._max_tokens:
            raise InvalidQueryError(
                f'the instruction has {longest} word pieces, at most {self._max_tokens} are read: '
                'say it in fewer words'
            )
        # Side by side with texts of about its length, none is padded for nothing.
        order = sorted(range(len(ids)), key=lambda k: len(ids[k]))
        states: dict[int, Tensor] = {}
        for start in range(0, len(order), _TOGETHER):
            rows = order[start : start + _TOGETHER]
            states.update(zip(rows, self._states_of([ids[k] for k in rows]), strict=True))
        return [states[k] for k in range(len(ids))]

    def _states_of(self, ids: Sequence[Sequence[int]]) -> list[Tensor]:
        device, longest = self._model.device, max(map(len, ids))
        padded = torch.zeros(len(ids), longest, dtype=torch.long, device=device)
        mask = torch.zeros(len(ids), longest, dtype=torch.long, device=device)
        for row, tokens in enumerate(ids):
            padded[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
        states = self._model(input_ids=padded, attention_mask=mask).last_hidden_state.float()
        return [_led_by_mean(state[: len(i)]) for state, i in zip(states, ids, strict=True)]


def _led_by_mean(states: Tensor) -> Tensor:
    return torch.cat((states.mean(dim=0, keepdim=True), states[1:]))


def load_text_encoder(
    folder: Path, *, device: str = 'cpu', max_tokens: int = 256, remembered: int = 256
) -> TextEncoder:
    """
    Read config.json, vocab.txt and model.safetensors of a BERT-like encoder, and its dictionary.

    Raises CheckpointError where a file is missing or does not fit.
    """
    try:
        config = BertConfig(**json.loads((folder / 'config.json').read_text()))
        model = BertModel(config, add_pooling_layer=False)
        tensors = {k: v.float() for k, v in load_file(folder / 'model.safetensors').items()}
        if SCALE in tensors:  # the table may be int8, with a scale for each row
            tensors[TABLE] *= tensors.pop(SCALE)
        model.load_state_dict(tensors)
        tokenizer = BertWordPieceTokenizer(str(folder / 'vocab.txt'), lowercase=True)
    except Exception as error:  # safetensors, json and torch each raise their own kinds
        raise CheckpointError(f'{folder}: not a text encoder: {error}') from error
    return TextEncoder(
        model=model.to(device),
        tokenizer=tokenizer,
        max_tokens=max_tokens,
        remembered=remembered,
        dictionary=load_dictionary(folder),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Spoken:
    """
    An answer in words.

    status  FOUND, ABSENT or AMBIGUOUS, by the form of the sentence
    text    the sentence as a person reads it
    labels  name of each object, in the order of the `[SEG]` tokens
    """

    status: Status
    text: str
    labels: tuple[str, ...]


class AnswerVocabulary:
    """
    Words of the answers and the sentence forms.

    'it is the mug [SEG]', 'they are the mug [SEG] and the cup [SEG]',
    'which one do you mean : the mug [SEG] or the mug [SEG]', 'there is no such object'.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        """Take the names of all objects it can speak of; their order fixes the token ids."""
        said = 'it is the they are and or ' + ' '.join(_FORMS.values())
        words = said.split() + [word for label in labels for word in label.split()]
        self.tokens = [*_SPECIAL, *dict.fromkeys(words)]
        self._ids = {word: i for i, word in enumerate(self.tokens)}
        self.refusal = self._ids['there']
        self.asking_back = self._ids['which']

    def __len__(self) -> int:
        return len(self.tokens)

    def ids(self, status: Status, labels: Sequence[str]) -> list[int]:
        """Return the answer from the start token to the end token."""
        words = _sentence(status, labels).split()
        return [BEGIN, *(self._ids[word] for word in words), END]

    def spoken(self, ids: Sequence[int]) -> Spoken:
        """Read generated ids (without start and end) back; anything odd is still a sentence."""
        labels, name = [], []
        for token in ids:
            word = self.tokens[token]
            if token == SEG:
                labels.append(' '.join(name))
            name = [] if word in ('the', '[SEG]') else [*name, word]
        words = [self.tokens[token] for token in ids if token != SEG]
        text = ' '.join(words).replace(' :', ':')
        if text.startswith('which'):
            status, mark = Status.AMBIGUOUS, '?'
        else:
            status, mark = (Status.FOUND if labels else Status.ABSENT), '.'
        return Spoken(status=status, text=text.capitalize() + mark, labels=tuple(labels))


def _sentence(status: Status, labels: Sequence[str]) -> str:
    objects = [f'the {label} [SEG]' for label in labels]
    if status is Status.ABSENT:
        return _FORMS[Status.ABSENT]
    if status is Status.AMBIGUOUS:
        return _FORMS[Status.AMBIGUOUS] + ' ' + ' or '.join(objects)
    return ('it is ' if len(objects) == 1 else 'they are ') + ' and '.join(objects)
