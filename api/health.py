"""``/healthz`` and ``/readyz``, for whoever watches the service."""

from __future__ import annotations

from flask import Response, jsonify

from api.routing import Routes, answers
from api.service import service
from projections.runner import status

blueprint = Routes("health", __name__, description="Is the service well?")


_STATUS = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}


@blueprint.on("GET", "/healthz", "The process answers", responses=answers(200, "It does.", _STATUS))
def healthz() -> Response:
    """Answer without touching anything."""
    return jsonify(status="ok")


@blueprint.on(
    "GET",
    "/readyz",
    "The database can be read; how far the views are behind",
    responses=answers(200, "It can; with the log's size and each view's position.", _STATUS),
)
def readyz() -> Response:
    """Read the head, or answer 503."""
    found = service()
    size = found.ledger.head().size
    return jsonify(status="ready", size=size, projections=status(found.ledger, found.views))
