"""``GET /checkpoint``: the log's latest head as a signed note (C2SP tlog-checkpoint)."""

from __future__ import annotations

from flask import Response

from api.routing import Routes, answers
from api.service import service

blueprint = Routes("log", __name__, description="The log that nobody can rewrite.")

FRESH_FOR = 2
"""Seconds that a cache may keep a checkpoint."""


@blueprint.on(
    "GET",
    "/checkpoint",
    "The latest checkpoint",
    responses=answers(200, "A signed note: origin, size, root.", {"type": "string"}, "text/plain"),
)
def get_checkpoint() -> Response:
    """Answer with the note, byte for byte as it was signed."""
    response = Response(service().ledger.checkpoint(), mimetype="text/plain")
    response.headers["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    return response
