"""Reading request bodies: bounded, and strict before any schema sees them."""

from __future__ import annotations

from typing import Any

from flask import request

from api.problems import door
from ledger.core import strict_json

SD_JWT = "application/sd-jwt"
JSON_LINES = "application/jsonl"
JSON = "application/json"
MULTIPART = "multipart/form-data"

MAX_STATEMENT = 524_288
"""Bytes of a body with one statement; the statement itself has at most half of it."""

MAX_BATCH = 16_777_216
"""Bytes of a batch."""

MAX_QUESTION = 393_216
"""Bytes of a question to be verified; a certificate's file fits."""

MAX_DEPTH = 16


def media_type(*allowed: str) -> str:
    """The request's media type, one of ``allowed``."""
    kind = request.mimetype
    if kind not in allowed:
        raise door("unsupported-media-type", f"send {' or '.join(allowed)}")
    return kind


def body(limit: int) -> bytes:
    """The request's body, at most ``limit`` bytes; more are not even read."""
    request.max_content_length = limit
    return request.get_data(cache=False)


def json_body(limit: int) -> Any:
    """The request's JSON body, strictly parsed: no duplicate key, no NaN, no half character."""
    return strict_json.loads(body(limit), max_depth=MAX_DEPTH)
