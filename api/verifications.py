"""``POST /v1/verifications``: what somebody holds in hand, or a number and a name, to a verdict.

No token is needed: nothing personal is answered that the asker did not send. What was asked is not
logged.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import Response, jsonify, request
from marshmallow import ValidationError, fields

from api.bodies import JSON, MAX_QUESTION, MULTIPART, json_body, media_type
from api.fields import KindField, StrictSchema, first_problem
from api.problems import door
from api.routing import Routes, answers, ref
from api.service import Service, service
from api.source import source_of
from ledger.core.encoding import b64url
from ledger.domain.checks import instant
from ledger.domain.dates import civil_date
from ledger.domain.kinds import DATE, Text
from ledger.domain.presented import Presented, Typed, read_file
from ledger.domain.verdict import AsOf, Check, Verdict
from ledger.domain.verifying import verify

MAX_NAME = 200

blueprint = Routes("verifications", __name__, description="Is this certificate genuine?")


class Question(StrictSchema):
    """A credential, or number and holder's name; optionally the day that is asked about."""

    credential = KindField(Text("credential", 1, MAX_QUESTION, "(?s:.*)", "eyJ…~WyJ…~"))
    number = KindField(Text("certificate number", 1, 64, "", "NS-2026-000123"))
    holder_name = KindField(Text("name", 1, MAX_NAME))
    at = KindField(DATE, metadata={"description": "A civil date (+08:00): what held on that day."})


class Upload(StrictSchema):
    """A certificate's file."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})
    at = KindField(DATE)


QUESTION = Question()


@blueprint.on(
    "POST",
    "/v1/verifications",
    "Verify a certificate",
    requestBody={
        "required": True,
        "content": {JSON: {"schema": Question}, MULTIPART: {"schema": Upload}},
    },
    responses=answers(200, "A verdict, whatever its word.", ref("Verdict")),
)
def post_verifications() -> Response:
    """Answer with a verdict."""
    form = media_type(JSON, MULTIPART) == MULTIPART
    asked = uploaded() if form else json_body(MAX_QUESTION)
    try:
        question = QUESTION.load(asked)
    except ValidationError as error:
        raise first_problem(error.messages, number=False) from None
    response = jsonify(answer(service(), question))
    response.headers["Cache-Control"] = "no-store"
    return response


def uploaded() -> dict[str, str]:
    """The question of a form: the fields that are filled in, a file as the credential."""
    request.max_content_length = MAX_QUESTION
    request.max_form_memory_size = MAX_QUESTION
    asked = {name: value for name, value in request.form.items() if value.strip()}
    file = request.files.get("file")
    if file is not None and file.filename:
        # What is no ASCII is no credential; it becomes text that cannot be one.
        asked["credential"] = file.read().decode("ascii", "replace") or "\N{REPLACEMENT CHARACTER}"
    return asked


def answer(found: Service, question: dict[str, str]) -> dict[str, Any]:
    """The verdict on a question, as JSON.

    Raises:
        Problem: it asks nothing, or about a day to come.
        NotACertificate: the credential does not look like one.
        CouldNotTell: what is stored contradicts itself.
    """
    now, at = found.now(), question.get("at")
    if at is not None and at > civil_date(now):
        raise door("date-to-come", where="at")
    presented = presented_by(question, found.origin)
    with source_of(found.ledger, found.decoys) as source:
        verdict = verify(presented, source, now=now, at=at)
        return verdict_body(verdict, source.checkpoint())


def presented_by(question: dict[str, str], origin: str) -> Presented:
    """What is to be verified: a credential, or number and name."""
    credential, number = question.get("credential"), question.get("number")
    name = question.get("holder_name")
    if credential is not None and number is None and name is None:
        return read_file(credential, origin)
    if credential is None and number is not None and name is not None:
        return Typed(number_key(number), name)
    raise door("no-question", instead="send credential, or number and holder_name")


def number_key(number: str) -> str:
    """A number as it is printed: people type small letters, wide digits and spaces."""
    return "".join(unicodedata.normalize("NFKC", number).upper().split())


def verdict_body(verdict: Verdict, checkpoint: str) -> dict[str, Any]:
    """A verdict as JSON."""
    return {
        "verdict": verdict.word,
        "sentence": verdict.sentence,
        "checks": [_check_body(check) for check in verdict.checks],
        "certificate": verdict.certificate,
        "as_of": _as_of_body(verdict.as_of) | {"checkpoint": checkpoint},
    }


def _check_body(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "result": check.result,
        "explanation": check.explanation,
        "evidence": check.evidence,
    }


def _as_of_body(as_of: AsOf) -> dict[str, Any]:
    return {
        "origin": as_of.head.origin,
        "size": as_of.head.size,
        "root": b64url(as_of.head.root),
        "time": instant(as_of.time),
        "until": instant(as_of.until),
        "date": as_of.date,
    }
