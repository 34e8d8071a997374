"""From a config to a network: the only place that knows both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from transformers import LlamaConfig, LlamaModel

from visa_ros.errors import ConfigError
from visa_ros.model.decision import DecisionConfig
from visa_ros.model.published.strict import from_mapping
from visa_ros.model.sam import MaskHead
from visa_ros.model.text import AnswerVocabulary
from visa_ros.model.visa import VisaModel
from visa_ros.model.vision import PyramidEncoder


@dataclass(frozen=True, kw_only=True)
class VisaConfig:
    """
    Sizes of a VISA; the defaults are visa-nano.

    labels            names of the objects it can speak of
    image_hw          px, multiples of 64; the picture that is asked about is resized to it,
                      earlier ones to half of it
    relief            whether it looks at depth, where there is any
    width             channels of a visual token
    slots             earlier pictures that the target is compared with, see model/pictures.py
    clusters, neighbors  rounds of token merging of a reference picture
    hidden, layers, heads, mlp  of the LLaMA decoder
    text_width        of the instruction encoder's states
    mask_dim, mask_depth, mask_heads, mask_mlp  of SAM's mask decoder
    max_answer_tokens longest answer that is generated
    decision          when to refuse and when to ask back
    decision_without_depth  the same about a picture without depth, where one looks at depth;
                      None: no other
    """

    labels: tuple[str, ...]
    image_hw: tuple[int, int] = (384, 512)
    relief: bool = False
    width: int = 256
    slots: int = 5
    clusters: tuple[int, ...] = (16, 8, 4)
    neighbors: tuple[int, ...] = (5, 3, 3)
    hidden: int = 256
    layers: int = 6
    heads: int = 4
    mlp: int = 704
    text_width: int = 384
    mask_dim: int = 128
    mask_depth: int = 2
    mask_heads: int = 4
    mask_mlp: int = 512
    max_answer_tokens: int = 40
    decision: DecisionConfig = field(default_factory=partial(DecisionConfig, min_mask_px=4))
    decision_without_depth: DecisionConfig | None = None

    def __post_init__(self) -> None:
        if any(side % 64 or side <= 0 for side in self.image_hw):
            raise ConfigError(f'image_hw: want multiples of 64, got {self.image_hw}')
        if not self.labels:
            raise ConfigError('labels: a model that knows no object cannot answer')
        if self.hidden % self.heads or self.mask_dim % self.mask_heads:
            raise ConfigError('hidden and mask_dim must be multiples of their numbers of heads')

    @property
    def past_hw(self) -> tuple[int, int]:
        """Size to which earlier pictures are resized, px."""
        return self.image_hw[0] // 2, self.image_hw[1] // 2

    def decision_for(self, *, depth: bool) -> DecisionConfig:
        """Return the decision about a picture with depth, or about one without."""
        return self.decision if depth else self.decision_without_depth or self.decision

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> VisaConfig:
        """Inverse of to_json; an unknown name or a value of another type is a ConfigError."""
        return from_mapping(cls, raw, 'VisaConfig')


def build_model(config: VisaConfig) -> VisaModel:
    """Build the network with random weights."""
    encoder = PyramidEncoder(
        width=config.width,
        dim=config.mask_dim,
        image_hw=config.image_hw,
        relief=config.relief,
    )
    language = LlamaModel(
        LlamaConfig(
            vocab_size=len(AnswerVocabulary(config.labels)),
            hidden_size=config.hidden,
            intermediate_size=config.mlp,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            num_key_value_heads=config.heads,
            rms_norm_eps=1e-5,
            max_position_embeddings=2048,
            attn_implementation='sdpa',
        )
    )
    head = MaskHead(
        hidden=config.hidden,
        dim=config.mask_dim,
        depth=config.mask_depth,
        heads=config.mask_heads,
        mlp=config.mask_mlp,
        grid_hw=encoder.embedding_hw,
    )
    return VisaModel(
        encoder=encoder,
        language=language,
        mask_head=head,
        width=config.width,
        text_width=config.text_width,
        clusters=config.clusters,
        neighbors=config.neighbors,
        slots=config.slots,
    )
