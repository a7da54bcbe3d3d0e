"""Statements as a story needs them: a genuine one, and ones that are wrong in one place only."""

import json
from collections.abc import Sequence
from typing import Any

from ledger.core import jws
from ledger.core.keys import PrivateKey
from ledger.core.sdjwt import Disclosure, make_disclosure
from ledger.core.statement import STATEMENT_TYP

CLAIMS = {
    "iss": "https://ledger.example/authorities/agency-1",
    "iat": 1_767_225_600,
    "jti": "AAAAAAAAAAAAAAAAAAAAAA",
    "type": "score.recorded",
    "registration": "AQEBAQEBAQEBAQEBAQEBAQ",
}
CREDENTIAL = CLAIMS | {
    "type": "certificate.issued",
    "vct": "https://ledger.example/vct/certificate/1",
    "number": "A-2026-000001",
    "status": {
        "status_list": {"idx": 4711, "uri": "https://ledger.example/status/agency-1-2026-1"}
    },
}
DISCLOSED = {"holder_name": "阿依古丽·买买提", "marks": {"theory": 71}, "grade": "merit"}


def disclosures(**values: Any) -> list[Disclosure]:
    """A disclosure for each value, the salts told apart by their place."""
    return [
        make_disclosure(name, value, bytes([place]) * 32)
        for place, (name, value) in enumerate((values or DISCLOSED).items())
    ]


def signed(
    key: PrivateKey, claims: Any, opened: Sequence[Disclosure] = (), typ: str = STATEMENT_TYP
) -> bytes:
    """The wire form of any payload at all, genuinely signed: what a hostile party could send."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    tail = "".join(f"{disclosure.encoded}~" for disclosure in opened)
    return jws.sign(payload, key, typ) + b"~" + tail.encode()


def without(claims: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in names}
