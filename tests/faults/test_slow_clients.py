"""Clients that send half a request and wait: others are answered, and they are not forgotten."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3

from ledger.core.statement import Statement
from tests.faults.ledgers import audit, open_world
from tests.faults.server import Server, running
from tests.store.stored import StoredWorld

HEADERS = b"POST /v1/statements HTTP/1.1\r\nHost: x\r\nContent-Type: application/sd-jwt\r\n"
PATIENCE = 3.0
"""Seconds in which somebody who sends all at once is answered, whatever the others do."""


class Served:
    """A world that signs, and the server that its statements go to."""

    def __init__(self, world: StoredWorld, url: str) -> None:
        self._world, self._url = world, url

    def statement(self) -> Statement:
        return self._world.sign(
            "harbour",
            "student.enrolled",
            {"student": self._world.chance.id()},
            {"person": self._world.chance.id(), "name": "Wei Example"},
            at=int(time.time()),
        )

    def connect(self) -> socket.socket:
        address = urlsplit(self._url)
        return socket.create_connection((address.hostname, address.port), timeout=10)

    def half(self, wire: bytes, sent: int) -> socket.socket:
        """A request of which the headers come and so many bytes of the body."""
        client = self.connect()
        client.sendall(HEADERS + b"Content-Length: %d\r\n\r\n" % len(wire) + wire[:sent])
        return client

    def submit(self) -> float:
        """Submit a statement at once; seconds until it was acknowledged."""
        start = time.monotonic()
        answer = urllib3.request(
            "POST",
            f"{self._url}/v1/statements",
            body=self.statement().wire(),
            headers={"Content-Type": "application/sd-jwt", "Connection": "close"},
            timeout=10,
            retries=False,
        )
        assert answer.status == 201
        return time.monotonic() - start


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    world, _ = open_world(tmp_path / "home")
    world.close()
    with running(Server(tmp_path / "home")) as url:
        yield Served(world, url)
    assert audit(tmp_path / "home")["findings"] == []


def answered(client: socket.socket) -> tuple[int, dict[str, object]]:
    """Status and body of the answer on a connection that ends with it or stays open."""
    data = b""
    while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < _length(data):
        part = client.recv(65_536)
        assert part, data
        data += part
    return int(data.split()[1]), json.loads(data.partition(b"\r\n\r\n")[2])


def _length(data: bytes) -> int:
    headers = data.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    return next(int(one[15:]) for one in headers if one.startswith(b"content-length:"))


def test_four_that_wait_hold_up_nobody_and_are_answered_later(served: Served) -> None:
    said = [served.statement().wire() for _ in range(4)]
    waiting = [served.half(wire, len(wire) // 2) for wire in said]
    time.sleep(0.2)
    assert max(served.submit() for _ in range(20)) < PATIENCE
    for client, wire in zip(waiting, said, strict=True):
        with closing(client):
            client.sendall(wire[len(wire) // 2 :])
            status, receipt = answered(client)
        assert status == 201
        assert isinstance(receipt["position"], int)


def test_four_that_go_away_in_the_middle_leave_nothing(served: Served) -> None:
    for _ in range(4):
        wire = served.statement().wire()
        served.half(wire, len(wire) - 1).close()
    for _ in range(4):
        with closing(served.connect()) as client:
            client.sendall(HEADERS[:50])
    first = served.submit()
    assert max(first, *(served.submit() for _ in range(5))) < PATIENCE


@pytest.mark.soak
def test_dozens_that_wait_time_after_time(served: Served) -> None:
    """Whoever goes away gives his place back, or the places would run out after some rounds."""
    chance = random.Random(12)
    for _ in range(12):
        said = [served.statement().wire() for _ in range(40)]
        waiting = [served.half(wire, chance.randrange(len(wire))) for wire in said]
        time.sleep(1)
        assert max(served.submit() for _ in range(10)) < PATIENCE
        for client in waiting:
            client.close()
