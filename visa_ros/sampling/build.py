"""From the settings of a user to a frame sampler; a video LLM is loaded only if it is asked."""

from __future__ import annotations

from typing import Any

from visa_ros.errors import ConfigError
from visa_ros.sampling.own_model import OWN_FRAMES, OwnModelAsker
from visa_ros.sampling.recorded import load_recorded
from visa_ros.sampling.sampler import ASKED_FRAMES, build_sampler, PercentAsker, WindowSampler

__all__ = ['build_sampler', 'sampler_from']


def sampler_from(
    *,
    target: str,
    references: int,
    scheme: str,
    aggregate: str,
    asker: str,
    seed: int,
    segmenter: Any = None,
    device: str = 'cpu',
    precision: str = 'auto',
) -> WindowSampler:
    """
    Make a sampler of settings, with whoever answers its questions.

    target, references, scheme, aggregate, seed  as of `build_sampler`
    asker      'own', 'recorded:FILE', 'video_llm:NAME_OR_PATH', or '' for nobody; opened only
               where the target is 'text_guided'
    segmenter  the loaded model; 'own' asks it
    device, precision  of a video LLM

    ConfigError for a wrong setting, or a model that cannot be asked; DataError for a file and
    CheckpointError for a video LLM that cannot be read.
    """
    kind, _, source = asker.partition(':')
    _check_asker(asker, kind, source)
    answering: PercentAsker | None = None
    if target == 'text_guided' and asker:
        answering = _asker(kind, source, seed, segmenter, device, precision)
    asked_frames = OWN_FRAMES if kind == 'own' else ASKED_FRAMES
    return build_sampler(
        target, scheme, references, answering, aggregate, seed, asked_frames=asked_frames
    )


def _check_asker(asker: str, kind: str, source: str) -> None:
    takes_source = kind in {'recorded', 'video_llm'}
    if asker in {'', 'own'} or (takes_source and source):
        return
    raise ConfigError(
        f"asker {asker!r}: want 'own', 'recorded:FILE', 'video_llm:NAME_OR_PATH' or nothing"
    )


def _asker(
    kind: str, source: str, seed: int, segmenter: Any, device: str, precision: str
) -> PercentAsker:
    if kind == 'recorded':
        return load_recorded(source)
    if kind == 'own':
        if not hasattr(segmenter, 'likelihoods'):
            raise ConfigError(
                "asker 'own': this model cannot say how likely an answer is; VISA's published "
                "models can, or use 'video_llm:NAME_OR_PATH'"
            )
        return OwnModelAsker(segmenter)
    from visa_ros.sampling.video_llm import load_video_llm  # torch is only needed from here on

    return load_video_llm(source, device=device, precision=precision, seed=seed)
