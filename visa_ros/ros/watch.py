"""What an operator is told about the streams: every trouble once, and its end. No ROS here."""

from __future__ import annotations

import enum
import logging

_log = logging.getLogger(__name__)

_LOST = (
    'images above 512 KiB that are published best-effort get lost in the default shared memory '
    'of Fast DDS: publish them reliably, or start the publisher with '
    'FASTDDS_DEFAULT_PROFILES_FILE=<share>/visa_ros/config/fastdds_shm.xml '
    '(FASTRTPS_DEFAULT_PROFILES_FILE on Humble and Jazzy); from another machine, check the network'
)


class Health(enum.Enum):
    """How a stream is doing."""

    UNKNOWN = 'unknown'
    FLOWING = 'flowing'
    ABSENT = 'absent'
    BLOCKED = 'blocked'


class StreamWatch:
    """
    Tells once per change whether a stream is announced, arrives, has died or is back.

    Times are seconds of one clock that only runs forward. Owned by one thread.
    """

    def __init__(self, topic: str, *, report_after_s: float, consequence: str) -> None:
        """
        Watch a stream.

        consequence  what it means for the user when nothing arrives
        """
        self._topic = topic
        self._report_after_s = report_after_s
        self._consequence = consequence
        self._arrived_s: float | None = None
        self._since_s: float | None = None  # when silence may have begun at the earliest
        self._publishers = 0
        self._flowed = False
        self.health = Health.UNKNOWN

    @property
    def topic(self) -> str:
        """The name of the topic."""
        return self._topic

    def arrived(self, now_s: float) -> None:
        """Note that a message came."""
        self._arrived_s = now_s

    def renew(self, now_s: float) -> None:
        """Note that the subscription was made anew: silence counts from now on."""
        self._since_s = now_s

    def look(self, now_s: float, publishers: int, mismatch: str = '') -> None:
        """
        Judge the stream; called every second or so.

        publishers  that are announced for the topic
        mismatch    why their quality of service cannot reach us; '' if it can
        """
        if self._since_s is None or (publishers > 0) != (self._publishers > 0):
            self._since_s = now_s
        self._publishers = publishers
        quiet_s = now_s - max(self._since_s, self._arrived_s or self._since_s)
        if self._arrived_s is not None and now_s - self._arrived_s < self._report_after_s:
            self._change(Health.FLOWING, now_s, mismatch)
        elif quiet_s >= self._report_after_s:
            health = Health.BLOCKED if publishers else Health.ABSENT
            self._change(health, now_s, mismatch)

    def _change(self, health: Health, now_s: float, mismatch: str) -> None:
        if health == self.health:
            return
        self.health = health
        if health == Health.FLOWING:
            _log.info('%s arrives%s', self._topic, ' again' if self._flowed else '')
            self._flowed = True
        elif health == Health.ABSENT:
            _log.warning('%s has no publisher: %s', self._topic, self._consequence)
        else:
            _log.warning(
                '%s is announced by %d publisher(s), but nothing arrives%s: %s. Likely cause: %s',
                self._topic,
                self._publishers,
                self._silence(now_s),
                self._consequence,
                mismatch or _LOST,
            )

    def _silence(self, now_s: float) -> str:
        if self._arrived_s is None:
            return ''
        return f' for {now_s - self._arrived_s:.1f} s any more'


class Complaints:
    """Says each trouble once until it is over. Owned by one thread; any may read `text`."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def text(self, about: str) -> str:
        """The present trouble with something; '' if there is none."""
        return self._texts.get(about, '')

    def tell(self, about: str, trouble: str) -> None:
        """Log a trouble, unless it is the one that was told last."""
        if self._texts.get(about) != trouble:
            self._texts[about] = trouble
            _log.error('%s: %s', about, trouble)

    def over(self, about: str) -> None:
        """Log that the trouble is over, if there was one."""
        if self._texts.pop(about, None):
            _log.info('%s: all right again', about)
