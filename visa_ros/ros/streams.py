"""One subscription that fits itself to what is published, and reports when nothing comes."""

from __future__ import annotations

from collections.abc import Callable
import time
from typing import Any

from rclpy.node import Node

from visa_ros.ros.qos import mismatch, SubscriptionQos
from visa_ros.ros.watch import Health, StreamWatch


class Stream:
    """
    A subscription to one relative topic. Used by the thread that spins the node.

    Until a publisher is known it is best-effort and volatile, which every publisher can reach;
    with 'auto' it then takes over the best that all publishers offer.
    """

    def __init__(
        self,
        node: Node,
        kind: type[Any],
        name: str,
        handle: Callable[[Any], None],
        *,
        qos: SubscriptionQos,
        report_after_s: float,
        consequence: str,
    ) -> None:
        self._node, self._kind, self._name, self._handle = node, kind, name, handle
        self._qos = qos
        self._profile = qos.profile()
        self._subscription = self._subscribe()
        self._watch = StreamWatch(
            self._subscription.topic_name, report_after_s=report_after_s, consequence=consequence
        )

    @property
    def flowing(self) -> bool:
        """Whether messages came lately, as of the last look."""
        return self._watch.health == Health.FLOWING

    def match(self) -> None:
        """Subscribe anew if the publishers offer something better, or no longer offer it."""
        offered = self._offered()
        wanted = self._qos.profile(offered) if offered else self._profile
        if (wanted.reliability, wanted.durability) == (
            self._profile.reliability,
            self._profile.durability,
        ):
            return
        self._profile = wanted
        self._node.destroy_subscription(self._subscription)
        self._subscription = self._subscribe()
        self._watch.renew(time.monotonic())

    def look(self) -> None:
        """Report what has changed since the last look."""
        offered = self._offered()
        self._watch.look(time.monotonic(), len(offered), mismatch(self._profile, offered))

    def _subscribe(self) -> Any:
        return self._node.create_subscription(
            self._kind, self._name, self._on_message, self._profile
        )

    def _on_message(self, msg: Any) -> None:
        self._watch.arrived(time.monotonic())
        self._handle(msg)

    def _offered(self) -> list[Any]:
        infos = self._node.get_publishers_info_by_topic(self._subscription.topic_name)
        return [info.qos_profile for info in infos]
