"""How much memory a training takes on each device, from the shapes alone. No weights are read."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from visa_ros.model.published.config import PublishedConfig
from visa_ros.model.published.network import PublishedVisa
from visa_ros.model.published.sources import empty_model
from visa_ros.train.instruction.config import LoraConfig, TrainConfig
from visa_ros.train.instruction.learner import LORA_TARGETS, WHOLE

_BYTES = {'fp32': 4, 'bf16': 2}
_TEXT_TOKENS = 160  # system sentence, question and answer
# Tensors of the width of the hidden states, or of the MLP, that a layer keeps for its gradients.
_LAYER_STATES, _LAYER_MLPS = 14, 4
_ATTENTION_COPIES = 3  # SAM's scores: products, with positions, softmax
_MASK_COPIES = 8  # of a mask in float32: square, crop, logits, both losses and their gradients


@dataclass(frozen=True, kw_only=True)
class MemoryEstimate:
    """
    Bytes on each device.

    trained      numbers that are trained, over all devices
    frozen       numbers that are not
    weights, gradients, optimizer
    activations  of the longest sample; an estimate, the rest is exact
    """

    trained: int
    frozen: int
    weights: int
    gradients: int
    optimizer: int
    activations: int

    @property
    def total(self) -> int:
        """All together, bytes."""
        return self.weights + self.gradients + self.optimizer + self.activations


def estimate_memory(
    model: PublishedConfig, config: TrainConfig, *, processes: int
) -> MemoryEstimate:
    """Add up what one of `processes` devices holds."""
    network = empty_model(model)
    whole = sum(_count(network.get_submodule(name)) for name in WHOLE)
    trained = whole + lora_count(network, config.lora)
    frozen = _count(network) - whole
    parts = processes if config.compute.sharding == 'fsdp' else 1
    width = _BYTES[config.compute.precision]
    return MemoryEstimate(
        trained=trained,
        frozen=frozen,
        weights=(frozen * width + trained * 4) // parts,
        gradients=trained * 4 // parts,
        optimizer=trained * 8 // parts,
        activations=_activations(model, config),
    )


def lora_count(network: PublishedVisa, lora: LoraConfig) -> int:
    """Count the numbers in LoRA's factors."""
    modules = network.language.named_modules()
    sizes = [m.weight.shape for name, m in modules if name.endswith(LORA_TARGETS)]
    return sum(lora.rank * (rows + columns) for rows, columns in sizes)


def _count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def _activations(model: PublishedConfig, config: TrainConfig) -> int:
    """Estimate what is kept for the gradients, and the peak of what is not."""
    samples, rows = config.compute.per_device, config.data.expressions
    width = _BYTES[config.compute.precision]
    pictures = config.data.frames[1] + 1
    longest = min(pictures * model.tokens_per_picture + _TEXT_TOKENS, config.data.max_tokens)
    tokens = samples * rows * longest
    language, sam = model.language, model.sam
    layer = tokens * (_LAYER_STATES * language.hidden + _LAYER_MLPS * language.mlp)
    if config.compute.checkpointing:
        kept = language.layers * tokens * language.hidden + layer
    else:
        kept = language.layers * layer
    scores = _ATTENTION_COPIES * sam.heads * sam.grid**4
    masks = 4 * _MASK_COPIES * samples * rows * sam.image_px**2
    return width * (kept + scores) + masks
