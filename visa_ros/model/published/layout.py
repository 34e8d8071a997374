"""
Names of tensors: from the layouts in which VISA, CLIP and SAM come to ours. No torch.

A merged checkpoint has `model.` and `lm_head.`; the raw file of a training puts
`base_model.model.` before each of them and adds LoRA factors; Meta's SAM and Hugging Face's CLIP
have layouts of their own. In ours a prefix is an attribute of `PublishedVisa`.
"""

from __future__ import annotations

from dataclasses import dataclass
import re

RAW_PREFIX = 'base_model.model.'
PARTS = ('language', 'lm_head', 'mm_projector', 'text_hidden_fcs', 'clip', 'sam')

# Theirs and ours; the longest of theirs that fits counts.
_RENAMES = {
    'model.embed_tokens.': 'language.embed_tokens.',
    'model.layers.': 'language.layers.',
    'model.norm.': 'language.norm.',
    'model.mm_projector.': 'mm_projector.',
    'model.text_hidden_fcs.0.': 'text_hidden_fcs.',
    'model.visual_model.': 'sam.',
    'model.vision_tower.vision_tower.vision_model.': 'clip.',
    # CLIP's own checkpoint, and the same as transformers 5 saves it.
    'vision_model.': 'clip.',
    'embeddings.': 'clip.embeddings.',
    'encoder.layers.': 'clip.encoder.layers.',
    'pre_layrnorm.': 'clip.pre_layrnorm.',
    'post_layernorm.': 'clip.post_layernorm.',
    # Meta's file of SAM.
    'image_encoder.': 'sam.image_encoder.',
    'prompt_encoder.': 'sam.prompt_encoder.',
    'mask_decoder.': 'sam.mask_decoder.',
    **{f'{part}.': f'{part}.' for part in PARTS},
}
# Constants that older libraries saved, and the text half of a whole CLIP.
_IGNORED = re.compile(
    r'.*\.rotary_emb\.inv_freq|(.*\.)?embeddings\.position_ids|(.*\.)?pixel_(mean|std)'
    r'|text_model\..*|(visual|text)_projection\.weight|logit_scale'
)
_LORA = re.compile(r'(?P<module>.+)\.lora_(?P<factor>[AB])\.default\.weight')


@dataclass(frozen=True, kw_only=True)
class Rename:
    """A prefix in a file, and what we call it."""

    theirs: str
    ours: str

    @property
    def raw(self) -> str:
        """What the raw file of a training puts before it."""
        return RAW_PREFIX if self.theirs.startswith(RAW_PREFIX) else ''

    def back(self, key: str) -> str:
        """Name of one of our keys in the file's layout."""
        return self.theirs + key.removeprefix(self.ours)


def rename_of(key: str) -> Rename | None:
    """Find the prefix of a key, of whatever layout; None if it is of none."""
    raw = RAW_PREFIX if key.startswith(RAW_PREFIX) else ''
    bare = key.removeprefix(RAW_PREFIX)
    fitting = [prefix for prefix in _RENAMES if bare.startswith(prefix)]
    if not fitting:
        return None
    theirs = max(fitting, key=len)
    return Rename(theirs=raw + theirs, ours=_RENAMES[theirs])


def our_key(key: str) -> str | None:
    """
    Name a tensor of any layout as our checkpoints do.

    None: it is nothing a model needs (`ignored`). A key of no layout is returned as it is, so
    that it is reported as unexpected.
    """
    if ignored(key):
        return None
    rename = rename_of(key)
    return key if rename is None else rename.ours + key.removeprefix(rename.theirs)


def ignored(key: str) -> bool:
    """Whether a tensor is a constant that is computed, or of CLIP's text half."""
    return _IGNORED.fullmatch(key) is not None


def reference_key(key: str) -> str:
    """Name one of our keys as a merged checkpoint of the reference does."""
    for theirs, ours in _RENAMES.items():
        if key.startswith(ours):
            return theirs + key.removeprefix(ours)
    return key


def lora_factor(key: str) -> tuple[str, str] | None:
    """Split the key of a LoRA factor (peft 0.4) into the weight it changes and 'A' or 'B'."""
    match = _LORA.fullmatch(key)
    return None if match is None else (match['module'] + '.weight', match['factor'])


def part_of(key: str) -> str:
    """Attribute of `PublishedVisa` that one of our keys belongs to."""
    return key.partition('.')[0]
