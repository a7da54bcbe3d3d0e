"""Statements that nobody should be able to send, made from a good one."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from ledger.core.keys import PrivateKey
from ledger.core.statement import Statement
from tests.store.stored import StoredWorld
from tests.world import seed_key


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def signed(key: PrivateKey, payload: bytes, **header: Any) -> bytes:
    """A wire form of any payload under any header; signed with Ed25519 whatever ``alg`` says."""
    head = {"alg": "Ed25519", "kid": key.public.thumbprint, "typ": "ledger-statement+jwt"} | header
    signing_input = f"{b64(compact(head))}.{b64(payload)}"
    return f"{signing_input}.{b64(key.sign(signing_input.encode()))}~".encode()


def planned(world: StoredWorld, **changes: Any) -> dict[str, Any]:
    """The payload of a session that would be admitted, but for ``changes``; ``None`` drops one."""
    payload = {
        "iss": f"https://{world.ledger.config.origin}/authorities/northern",
        "iat": world.now,
        "jti": world.chance.id(),
        "type": "session.planned",
        "session": world.chance.id(),
        "certificate_type": "welding",
        "level": "elementary",
        "exam_date": world.day(1),
        "planned_on": world.today,
    } | changes
    return {name: value for name, value in payload.items() if value is not None}


def plan(world: StoredWorld, header: Mapping[str, Any] | None = None, **changes: Any) -> bytes:
    """That session, signed by the agency."""
    return signed(seed_key("northern"), compact(planned(world, **changes)), **(header or {}))


def opened(statement: Statement, *names: str) -> bytes:
    """The statement with only those disclosures."""
    shown = [one.encoded for one in statement.disclosures or () if one.name in names]
    return "~".join([statement.entry.decode(), *shown, ""]).encode()
