"""What of the published network is trained, and its loss on a micro-batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import torch
from torch import nn, Tensor

from visa_ros.errors import MissingPackageError
from visa_ros.model.published.network import PublishedVisa
from visa_ros.model.published.training import LossWeights, Sample, training_losses
from visa_ros.train.instruction.config import LoraConfig, LossConfig

# Trained in full; the rest of the network is frozen, but for the factors of LoRA.
WHOLE = ('language.embed_tokens', 'lm_head', 'text_hidden_fcs', 'sam.mask_decoder')
LORA_TARGETS = ('q_proj', 'v_proj')


class Learner(nn.Module):
    """
    The network with its loss as `forward`, as wrappers for several processes want it.

    What is trained is in float32, whatever the dtype of the frozen weights.
    """

    def __init__(
        self, visa: PublishedVisa, *, lora: LoraConfig, losses: LossConfig, checkpointing: bool
    ) -> None:
        """
        Take over the network, freeze it and add what is trained.

        checkpointing  compute the language model's layers twice instead of storing what they made

        Raises MissingPackageError without peft. The factors of LoRA are drawn from torch's
        generator.
        """
        super().__init__()
        visa.requires_grad_(False)
        _add_lora(visa.language, lora)
        for name in WHOLE:
            visa.get_submodule(name).float().requires_grad_(True)
        if checkpointing:
            _enable_checkpointing(visa.language)
        self.visa = visa
        self._weights = LossWeights(**asdict(losses))
        self.train()

    def forward(self, samples: Sequence[Sample]) -> Tensor:
        """Return the parts of the loss as they count: language, bce, dice; float32 (3,)."""
        losses = training_losses(self.visa, samples, weights=self._weights)
        parts = torch.stack((losses.language, losses.bce, losses.dice)).float()
        return parts + self._nothing()

    def _nothing(self) -> Tensor:
        """
        Zero, but it depends on everything that a sample without masks does not touch.

        Processes exchange the gradients of all parameters; none of them may lack one.
        """
        parts = (self.visa.text_hidden_fcs, self.visa.sam.mask_decoder)
        touched = [p.sum() for part in parts for p in part.parameters()]
        return 0.0 * torch.stack(touched).sum()


def trained_parameters(learner: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Yield names and values of what is trained."""
    return ((name, p) for name, p in learner.named_parameters() if p.requires_grad)


def on_device(sample: Sample, device: torch.device) -> Sample:
    """Copy the tensors of a sample to a device."""
    return replace(
        sample,
        pictures=sample.pictures.to(device, non_blocking=True),
        target=sample.target.to(device, non_blocking=True),
        truth=sample.truth.to(device, non_blocking=True),
    )


def _enable_checkpointing(language: nn.Module) -> None:
    # transformers 5 renamed it on the way.
    enable = getattr(language, 'activation_checkpointing_enable', None)
    (enable or language.gradient_checkpointing_enable)({'use_reentrant': False})


def _add_lora(language: nn.Module, lora: LoraConfig) -> None:
    try:
        from peft import inject_adapter_in_model
        from peft import LoraConfig as PeftConfig
    except ImportError as error:
        raise MissingPackageError(f'peft cannot be loaded ({error}): pip install peft') from error
    settings = PeftConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(LORA_TARGETS),
        bias='none',
    )
    inject_adapter_in_model(settings, language)
    for name, parameter in language.named_parameters():
        if '.lora_' in name:
            parameter.data = parameter.data.float()
            parameter.requires_grad_(True)
