"""Errors of the core as codes of msg/Status; the one place that knows both."""

from __future__ import annotations

from collections.abc import Mapping

from visa_ros.errors import (
    EncodingError,
    InvalidQueryError,
    QueryTimeoutError,
    StaleInputError,
    VisaError,
)
from visa_ros.structs import Status

STATUS_OF: Mapping[type[VisaError], Status] = {
    InvalidQueryError: Status.BAD_REQUEST,
    QueryTimeoutError: Status.TIMEOUT,
    StaleInputError: Status.STALE_INPUT,
    EncodingError: Status.STALE_INPUT,
}


def status_of(error: Exception) -> Status:
    """Look the error up by its type; anything unknown is a fault of the node: INTERNAL."""
    return next((s for kind, s in STATUS_OF.items() if isinstance(error, kind)), Status.INTERNAL)
