"""Schemas of the answers, for OpenAPI: receipts, problems, verdicts, certificates."""

from __future__ import annotations

from typing import Any

from api.problems import DOOR
from ledger.domain.verdict import CHECKS, RESULTS, WORDS

_TEXT = {"type": "string"}
_DATE = {"type": "string", "format": "date"}
_POSITION = {"type": "integer", "minimum": 0, "description": "Place in the log."}
_HASH = {"type": "string", "description": "SHA-256 value in base64url."}


def _object(optional: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


RECEIPT = _object(
    position=_POSITION,
    leaf=_HASH,
    size={"type": "integer", "description": "Of the checkpoint."},
    checkpoint={"type": "string", "description": "Signed note of the first tree that has it."},
    index={"type": "integer", "description": "In the proof; equals position."},
    hashes={"type": "array", "items": _HASH, "description": "Inclusion proof, RFC 6962."},
)

PROBLEM = _object(
    ("rule", "where", "fact", "instead"),
    type={"type": "string", "format": "uri", "examples": sorted(DOOR)[:1]},
    title=_TEXT,
    status={"type": "integer"},
    detail=_TEXT,
    rule={"type": "string", "description": "Number of the rule that was broken."},
    where={"type": "string", "description": "The claim or field at fault."},
    fact={**_POSITION, "description": "Entry whose fact is in the way."},
    instead={"type": "string", "description": "What to do."},
)

_CHECK = _object(
    id={"type": "string", "enum": list(CHECKS)},
    result={"type": "string", "enum": list(RESULTS)},
    explanation=_TEXT,
    evidence={"type": "object"},
)

_CERTIFICATE: dict[str, Any] = {
    "id": _TEXT,
    "number": _TEXT,
    "agency": _TEXT,
    "agency_name": _TEXT,
    "certificate_type": _TEXT,
    "level": _TEXT,
    "standard": _TEXT,
    "version": {"type": "integer"},
    "exam_date": _DATE,
    "issued_on": _DATE,
    "valid_until": _or_null(_DATE),
    "imported": {"type": "boolean"},
}

VERDICT = _object(
    verdict={"type": "string", "enum": list(WORDS)},
    sentence=_TEXT,
    checks={"type": "array", "items": _CHECK},
    certificate=_or_null(_object(**_CERTIFICATE)),
    as_of=_object(
        origin=_TEXT,
        size={"type": "integer"},
        root=_HASH,
        time={"type": "string", "format": "date-time"},
        until={"type": "string", "format": "date-time"},
        date=_or_null(_DATE),
        checkpoint=_TEXT,
    ),
)

CERTIFICATE = _object(
    **_CERTIFICATE,
    session=_TEXT,
    status={"type": "string", "enum": ["issued", "suspended", "revoked", "expired"]},
    status_on=_or_null(_DATE),
    status_by=_or_null(_TEXT),
    status_position=_POSITION,
    code=_or_null(_TEXT),
    fault=_or_null(_TEXT),
    found_by=_or_null(_TEXT),
    leaf=_HASH,
    position=_POSITION,
)

_EVIDENCE = {"type": "array", "items": {"type": "object"}}

ARCHIVE = _object(
    student=_TEXT,
    school=_TEXT,
    position=_POSITION,
    erased={"type": "boolean", "description": "Whether the personal values were erased."},
    name=_or_null(_TEXT),
    born_on=_or_null(_DATE),
    registrations=_EVIDENCE,
)

CREDIBILITY = _object(
    agency=_TEXT,
    name=_TEXT,
    closed={"type": "boolean"},
    as_of=_DATE,
    window=_object(first=_DATE, last=_DATE),
    method=_TEXT,
    units=_EVIDENCE,
    not_assessed={"type": "array", "items": _TEXT},
)

COMPONENTS = {
    "Archive": ARCHIVE,
    "Credibility": CREDIBILITY,
    "Receipt": RECEIPT,
    "Problem": PROBLEM,
    "Verdict": VERDICT,
    "Certificate": CERTIFICATE,
}
