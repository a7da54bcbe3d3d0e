"""A client of its own process: it believes nothing until it is answered, and forgets nothing then.

    python -m tests.faults.client URL NAME SESSION FOLDER

It enrols students and registers them, a few or many at a time. Whatever happens to the server, it
sends the same bytes again until it has the receipts; these go into FOLDER/NAME, fsynced, one line
of JSON for each request. While FOLDER/pause is there it begins nothing; at FOLDER/stop it ends.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ledger.core.statement import Statement
from ledger.domain.dates import civil_date
from tests.world import Chance, Signer, seed_key

PAIRS = (0, 1, 2, 5, 20, 60)
"""How many students may be enrolled and registered by one request; 0 enrols one, alone."""

HANGS_UP = 0.1
"""How often it goes away right after asking, and asks again at once."""

TEMPORARY = {502, 503, 504}


class Client:
    """Asks one server, over a connection that may break."""

    def __init__(self, url: str, chance: random.Random) -> None:
        self._address = urlsplit(url).netloc
        self._chance = chance
        self._connection = self._new()

    def _new(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._address, timeout=30)

    def _ask(self, method: str, path: str, body: bytes | None, kind: str) -> tuple[int, bytes]:
        self._connection.request(method, path, body, {"Content-Type": kind})
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def submit(self, statements: list[Statement]) -> dict[str, Any]:
        """Ask until there is an answer.

        Returns:
            ``wires``, their ``receipts``, the ``attempts`` it took, and ``known``: the size of the
            log just before the last attempt, where there was more than one.
        """
        wires = [one.wire() for one in statements]
        attempts, known = 0, 0
        if self._chance.random() < HANGS_UP:
            self._hang_up(wires)
            attempts += 1
        while True:
            attempts += 1
            try:
                if attempts > 1:
                    known = self._size()
                status, data = self._send(wires)
            except (OSError, http.client.HTTPException):
                self._connection.close()
                time.sleep(0.05)
                continue
            if status not in TEMPORARY:
                receipts = _receipts(status, data, len(wires))
                texts = [wire.decode() for wire in wires]
                return {
                    "wires": texts,
                    "receipts": receipts,
                    "attempts": attempts,
                    "known": known,
                }

    def _send(self, wires: list[bytes]) -> tuple[int, bytes]:
        return self._ask("POST", "/v1/statements", *_body(wires))

    def _hang_up(self, wires: list[bytes]) -> None:
        try:
            body, kind = _body(wires)
            self._connection.request("POST", "/v1/statements", body, {"Content-Type": kind})
        except (OSError, http.client.HTTPException):
            pass
        self._connection.close()

    def _size(self) -> int:
        status, data = self._ask("GET", "/checkpoint", None, "text/plain")
        if status != 200:
            raise http.client.HTTPException(status)
        return int(data.splitlines()[1])


def _body(wires: list[bytes]) -> tuple[bytes, str]:
    if len(wires) == 1:
        return wires[0], "application/sd-jwt"
    return b"".join(b'{"statement":"%s"}\n' % one for one in wires), "application/jsonl"


def _receipts(status: int, data: bytes, expected: int) -> list[dict[str, Any]]:
    """The receipts of an answer. Everything sent is right: whatever else it says is an error."""
    lines = data.splitlines()
    if expected == 1 and status in (200, 201):
        return [json.loads(data)]
    if status != 200 or len(lines) != expected:
        raise SystemExit(f"{status}: {data[:500]!r}")
    answers = [json.loads(line) for line in lines]
    wrong = [one["problem"] for one in answers if "receipt" not in one]
    if wrong:
        raise SystemExit(f"{len(wrong)} refused: {wrong[0]}")
    return [one["receipt"] for one in answers]


def _enrol(signer: Signer, session: str, register: bool) -> list[Statement]:
    """A student, and its registration: the one without the other would be half a batch."""
    now = int(time.time())
    who = {"person": signer.chance.id(), "name": "Wei Example"}
    handle = {"student": signer.chance.id()}
    said = [signer.sign("student.enrolled", handle, who, at=now)]
    if register:
        claims = {
            "registration": signer.chance.id(),
            "session": session,
            "attempt": 1,
            "registered_on": civil_date(now),
        }
        said.append(signer.sign("candidate.registered", claims, who, at=now))
    return said


def main(url: str, name: str, session: str, folder: str) -> None:
    chance = random.Random(name)
    signer = Signer("harbour", seed_key("harbour"), Chance(f"client/{name}"))
    client, place = Client(url, chance), Path(folder)
    with open(place / name, "ab", buffering=0) as kept:
        while not (place / "stop").exists():
            if (place / "pause").exists():
                time.sleep(0.02)
                continue
            pairs = chance.choice(PAIRS)
            said = [_enrol(signer, session, pairs > 0) for _ in range(pairs or 1)]
            told = client.submit([one for some in said for one in some])
            kept.write(json.dumps(told).encode() + b"\n")
            os.fsync(kept.fileno())


if __name__ == "__main__":
    main(*sys.argv[1:])
