"""``GET /v1/authorities/{id}/credibility``: evidence about an agency, as of a date. Public."""

from __future__ import annotations

from flask import Response, jsonify, request
from marshmallow import ValidationError

from api.fields import KindField, StrictSchema, first_problem
from api.problems import door
from api.routing import Routes, answers, ref
from api.service import service
from api.views import view_rows
from ledger.domain.dates import civil_date
from ledger.domain.kinds import DATE
from projections.archive import ARCHIVE
from projections.certificates import CERTIFICATES
from projections.credibility import credibility
from projections.standing import STANDING

blueprint = Routes("authorities", __name__, description="What agencies are worth, with evidence.")


class AsOf(StrictSchema):
    """The day as of which the evidence is told."""

    as_of = KindField(DATE, metadata={"description": "Civil date (+08:00); by default today."})


AS_OF = AsOf()


@blueprint.on(
    "GET",
    "/v1/authorities/<authority>/credibility",
    "Evidence about an agency",
    parameters=[{"in": "query", "name": "as_of", "schema": {"type": "string", "format": "date"}}],
    responses=answers(200, "Evidence with its statements; no score.", ref("Credibility")),
)
def get_credibility(authority: str) -> Response:
    """Answer with the board of evidence."""
    found = service()
    today = civil_date(found.now())
    try:
        day = AS_OF.load(request.args.to_dict()).get("as_of", today)
    except ValidationError as error:
        raise first_problem(error.messages, number=False) from None
    if day > today:
        raise door("date-to-come", where="as_of")
    with view_rows(found, STANDING, ARCHIVE, CERTIFICATES) as rows:
        board = credibility(rows, authority, day)
    if board is None:
        raise door("authority-unknown")
    response = jsonify(board)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response
