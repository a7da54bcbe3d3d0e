"""``GET /v1/certificates/{id}``: what the log says in public, never who holds it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Response, jsonify, request

from api.problems import door
from api.routing import Routes, answers, ref
from api.service import service
from ledger.core.encoding import b64url
from ledger.domain.dates import civil_date
from ledger.domain.records import Certificate, Party, key_of

blueprint = Routes("certificates", __name__, description="Public facts of one certificate.")


@blueprint.on(
    "GET",
    "/v1/certificates/<certificate>",
    "Public facts and status",
    responses=answers(200, "Facts and status as of now.", ref("Certificate"))
    | {"304": {"description": "Nothing changed since the ETag sent."}},
)
def get_certificate(certificate: str) -> Response:
    """Answer with public facts; a client asks again with the ETag and gets 304."""
    found = service()
    with found.ledger.reading() as view:
        record = view.record(key_of(Certificate, certificate))
        if not isinstance(record, Certificate):
            raise door("certificate-unknown")
        agency = view.record(key_of(Party, record.agency))
    today = civil_date(found.now())
    name = agency.name if isinstance(agency, Party) else None
    response = jsonify(facts_body(certificate, record, name, today))
    response.set_etag(b64url(sha256(response.get_data()).digest()[:16]))
    # Kept by whoever likes, but asked again each time: a status holds from the moment of admission.
    response.headers["Cache-Control"] = "public, no-cache"
    response.make_conditional(request)
    return response


def facts_body(ident: str, record: Certificate, agency: str | None, today: str) -> dict[str, Any]:
    """The public facts. Expiry is computed, never stated."""
    expired = record.valid_until is not None and record.valid_until < today
    status = "expired" if record.status == "issued" and expired else record.status
    return {
        "id": ident,
        "number": record.number,
        "agency": record.agency,
        "agency_name": agency,
        "certificate_type": record.certificate_type,
        "level": record.level,
        "standard": record.standard,
        "version": record.version,
        "session": record.session,
        "exam_date": record.exam_date,
        "issued_on": record.issued_on,
        "valid_until": record.valid_until,
        "imported": record.imported,
        "status": status,
        "status_on": record.status_on,
        "status_by": record.status_by,
        "status_position": record.status_position,
        "code": record.status_code,
        "fault": record.fault,
        "found_by": record.found_by,
        "leaf": record.leaf,
        "position": record.position,
    }
