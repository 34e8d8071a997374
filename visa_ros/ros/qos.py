"""Quality of service of every topic: settings, and what 'auto' makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

from visa_ros.errors import ConfigError

AUTO = 'auto'
RELIABILITIES = {
    'reliable': ReliabilityPolicy.RELIABLE,
    'best_effort': ReliabilityPolicy.BEST_EFFORT,
}
DURABILITIES = {
    'volatile': DurabilityPolicy.VOLATILE,
    'transient_local': DurabilityPolicy.TRANSIENT_LOCAL,
}


@dataclass(frozen=True, kw_only=True)
class SubscriptionQos:
    """
    How one topic is received.

    reliability  'reliable', 'best_effort', or 'auto': the best that all its publishers offer
    durability   'volatile', 'transient_local', or 'auto': the best that all its publishers offer
    depth        messages that may wait to be handled
    """

    reliability: str = AUTO
    durability: str = AUTO
    depth: int = 5

    def __post_init__(self) -> None:
        _check('reliability', self.reliability, (AUTO, *RELIABILITIES))
        _check('durability', self.durability, (AUTO, *DURABILITIES))
        _check_depth(self.depth)

    def profile(self, offered: Iterable[QoSProfile] = ()) -> QoSProfile:
        """
        Choose the profile to subscribe with.

        offered  what the publishers of the topic offer; none: what fits every publisher
        """
        offers = list(offered)
        reliable = bool(offers) and all(
            o.reliability == ReliabilityPolicy.RELIABLE for o in offers
        )
        latched = bool(offers) and all(
            o.durability == DurabilityPolicy.TRANSIENT_LOCAL for o in offers
        )
        best = ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT
        last = DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE
        return QoSProfile(
            history=HistoryPolicy.KEEP_LAST,
            depth=self.depth,
            reliability=RELIABILITIES.get(self.reliability, best),
            durability=DURABILITIES.get(self.durability, last),
        )


def mismatch(asked: QoSProfile, offered: Iterable[QoSProfile]) -> str:
    """Say why publishers that offer this cannot reach a subscription; '' if one can."""
    reasons = [_reason(asked, offer) for offer in offered]
    return '' if '' in reasons else next(iter(reasons), '')


def _reason(asked: QoSProfile, offer: QoSProfile) -> str:
    if (
        asked.reliability == ReliabilityPolicy.RELIABLE
        and offer.reliability == ReliabilityPolicy.BEST_EFFORT
    ):
        return 'it is published best-effort and asked for as reliable: set reliability to auto'
    if (
        asked.durability == DurabilityPolicy.TRANSIENT_LOCAL
        and offer.durability == DurabilityPolicy.VOLATILE
    ):
        return 'it is published volatile and asked for as transient_local: set durability to auto'
    return ''


@dataclass(frozen=True, kw_only=True)
class PublisherQos:
    """
    How one topic is published.

    reliability  'reliable' or 'best_effort'; a reliable publisher serves both kinds of receivers
    durability   'volatile', or 'transient_local': a late receiver gets the last messages too
    depth        messages kept for receivers that are behind
    """

    reliability: str = 'reliable'
    durability: str = 'volatile'
    depth: int = 2

    def __post_init__(self) -> None:
        _check('reliability', self.reliability, tuple(RELIABILITIES))
        _check('durability', self.durability, tuple(DURABILITIES))
        _check_depth(self.depth)

    def profile(self) -> QoSProfile:
        """Return the profile to publish with."""
        return QoSProfile(
            history=HistoryPolicy.KEEP_LAST,
            depth=self.depth,
            reliability=RELIABILITIES[self.reliability],
            durability=DURABILITIES[self.durability],
        )


@dataclass(frozen=True, kw_only=True)
class NodeQos:
    """Quality of service of the node's topics."""

    image: SubscriptionQos = field(default_factory=SubscriptionQos)
    depth: SubscriptionQos = field(default_factory=SubscriptionQos)
    camera_info: SubscriptionQos = field(default_factory=SubscriptionQos)
    objects: PublisherQos = field(default_factory=PublisherQos)
    label_image: PublisherQos = field(default_factory=PublisherQos)
    overlay: PublisherQos = field(default_factory=PublisherQos)
    cloud: PublisherQos = field(default_factory=PublisherQos)
    markers: PublisherQos = field(default_factory=PublisherQos)


def _check(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigError(f'qos: {name} {value!r}: choose from {list(choices)}')


def _check_depth(depth: int) -> None:
    if depth < 1:
        raise ConfigError(f'qos: depth must be >= 1, got {depth}')
