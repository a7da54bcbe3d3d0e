"""``GET /v1/students/{handle}/archive``: everything stated about one person, for who may see it.

A token with the scope ``archive:read`` sees every student, one with ``archive:read/<school>`` the
students of that school, for whom others do not exist.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from api.access import bearer, scope_missing
from api.problems import door
from api.routing import Routes, answers, ref
from api.service import Service, service
from api.views import view_rows
from ledger.domain.records import Student, key_of
from projections.archive import ARCHIVE
from projections.certificates import CERTIFICATES
from projections.student import archive

SCOPE = "archive:read"

blueprint = Routes("students", __name__, description="What students hold.")


@blueprint.on(
    "GET",
    "/v1/students/<handle>/archive",
    "A student's archive",
    security=[{"token": []}],
    responses=answers(200, "Registrations, scores, results, certificates.", ref("Archive")),
)
def get_archive(handle: str) -> Response:
    """Answer with names and marks, to be kept by no cache."""
    token = bearer()
    wide = SCOPE in token.scopes
    if not wide and not any(scope.startswith(f"{SCOPE}/") for scope in token.scopes):
        raise scope_missing(SCOPE)
    found = archive_of(service(), handle)
    if found is None or not (wide or f"{SCOPE}/{found['school']}" in token.scopes):
        raise door("student-unknown")
    response = jsonify(found)
    response.headers["Cache-Control"] = "no-store"
    return response


def archive_of(found: Service, handle: str) -> dict[str, Any] | None:
    """The archive as the views have it; 503 where the views do not know the student yet."""
    with view_rows(found, ARCHIVE, CERTIFICATES) as rows, found.ledger.reading() as moment:
        told = archive(moment, rows, handle)
        if told is None and isinstance(moment.record(key_of(Student, handle)), Student):
            raise door("not-ready", "the views are behind the log; try again in a moment")
    return told
