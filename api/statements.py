"""``POST /v1/statements``: the one door for every fact.

One statement as ``application/sd-jwt``, or up to 1,000 as ``application/jsonl``, one
``{"statement": "<jws>~<disclosure>~…"}`` a line. Each is admitted or refused singly, in order,
seeing those before it; many are answered line by line. Whoever has a registered key may send: the
signature is the authorisation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, jsonify

from api.bodies import JSON_LINES, MAX_BATCH, MAX_STATEMENT, SD_JWT, body, media_type
from api.identity import check_identity
from api.problems import Problem, door, problem_of
from api.routing import Routes, answers, ref
from api.service import Service, service
from api.statement_schemas import check_shape
from ledger.core import strict_json
from ledger.core.encoding import b64url
from ledger.core.errors import CoreError
from ledger.core.statement import Statement, parse_wire
from ledger.domain.errors import Refusal
from ledger.store.receipt import Receipt

MAX_LINES = 1000
_LINE_DEPTH = 2

blueprint = Routes(
    "statements", __name__, description="Every fact is a statement, signed by whose fact it is."
)

_WIRE = {
    "type": "string",
    "description": "<jws>~<disclosure>~…; the payload is a Statement.",
    "contentMediaType": "application/jwt",
    "contentSchema": {"$ref": "#/components/schemas/Statement"},
}
_LINE = {"type": "object", "properties": {"statement": _WIRE}, "required": ["statement"]}
_ANSWER = {
    "type": "object",
    "description": "One answer a line.",
    "properties": {"receipt": ref("Receipt"), "problem": ref("Problem")},
}
_BODIES = {
    SD_JWT: {"schema": _WIRE},
    JSON_LINES: {"schema": {"description": "One object a line.", **_LINE}},
}
_REPEATED = answers(200, "Admitted before, by these bytes; or the answers to many.", ref("Receipt"))
_REPEATED["200"]["content"][JSON_LINES] = {"schema": _ANSWER}


@blueprint.on(
    "POST",
    "/v1/statements",
    "Submit one statement, or up to 1,000",
    requestBody={"required": True, "content": _BODIES},
    responses=_REPEATED | answers(201, "Admitted; durable.", ref("Receipt")),
)
def post_statements() -> Response:
    """Admit what the rules allow, and answer with receipts and problems."""
    if media_type(SD_JWT, JSON_LINES) == JSON_LINES:
        return many(service(), body(MAX_BATCH))
    return one(service(), body(MAX_STATEMENT))


def one(found: Service, data: bytes) -> Response:
    """Answer one statement with its receipt, or raise its problem."""
    parsed = _parse(found, data)
    if isinstance(parsed, Problem):
        raise parsed
    (answer,) = found.ledger.submit([parsed])
    if isinstance(answer, Refusal):
        raise problem_of(answer)
    response = jsonify(receipt_body(found, answer))
    response.status_code = 200 if answer.repeated else 201
    return response


def many(found: Service, data: bytes) -> Response:
    """Answer a statement a line with a receipt or a problem a line, in order."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if not lines:
        raise door("no-statements")
    if len(lines) > MAX_LINES:
        raise door("too-many-statements", f"{len(lines)} lines; send at most {MAX_LINES}")
    parsed = [_parse_line(found, line) for line in lines]
    good = [one for one in parsed if isinstance(one, Statement)]
    answers = iter(found.ledger.submit(good) if good else ())
    settled = [one if isinstance(one, Problem) else next(answers) for one in parsed]
    return Response(list(_lines(found, settled)), mimetype=JSON_LINES)


def _parse(found: Service, data: bytes | str) -> Statement | Problem:
    """The statement if its bytes and its shape are right."""
    try:
        statement = parse_wire(data)
    except CoreError as error:
        return problem_of(error)
    return check_shape(statement, found.schemas) or check_identity(statement) or statement


def _parse_line(found: Service, line: bytes) -> Statement | Problem:
    try:
        value = strict_json.loads(line, floats=False, max_depth=_LINE_DEPTH)
    except CoreError as error:
        return problem_of(error)
    if type(value) is not dict or value.keys() != {"statement"}:
        return door("malformed-line")
    wire = value["statement"]
    return _parse(found, wire) if type(wire) is str else door("malformed-line")


def receipt_body(found: Service, receipt: Receipt) -> dict[str, Any]:
    """A receipt with the proof that stands behind it."""
    checkpoint, proof = found.ledger.receipt_proof(receipt)
    return {
        "position": receipt.position,
        "leaf": b64url(receipt.leaf),
        "size": receipt.size,
        "checkpoint": checkpoint,
        "index": proof.index,
        "hashes": [b64url(node) for node in proof.hashes],
    }


_compact: Callable[[Any], str] = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode


def _lines(found: Service, answers: Iterable[Receipt | Refusal | Problem]) -> Iterable[bytes]:
    for answer in answers:
        if isinstance(answer, Receipt):
            line = {"receipt": receipt_body(found, answer)}
        else:
            line = {"problem": problem_of(answer).body(found.origin)}
        yield _compact(line).encode() + b"\n"
