"""Stamps of messages as integers of nanoseconds, and back."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

NS_PER_S = 1_000_000_000


def ns_of(stamp: Time) -> int:
    """Nanoseconds since the clock's zero."""
    return stamp.sec * NS_PER_S + stamp.nanosec


def stamp_of(ns: int) -> Time:
    """Inverse of ns_of."""
    sec, nanosec = divmod(ns, NS_PER_S)
    return Time(sec=sec, nanosec=nanosec)


def header_of(stamp_ns: int, frame_id: str) -> Header:
    """Make a header."""
    return Header(stamp=stamp_of(stamp_ns), frame_id=frame_id)
