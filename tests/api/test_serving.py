"""The service as it runs: real workers, slow clients, signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.serving import free_port, serve
from tests.api.bad import compact
from tests.api.serving import served
from tests.store.stored import StoredWorld


def get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def lines(world: StoredWorld, number: int) -> bytes:
    statements = [
        world.sign(
            "harbour",
            "student.enrolled",
            {"student": world.chance.id()},
            {"person": world.chance.id(), "name": "Wei Example"},
            at=int(time.time()),
        )
        for _ in range(number)
    ]
    return b"".join(compact({"statement": one.wire().decode()}) + b"\n" for one in statements)


def post(url: str, body: bytes) -> list[str]:
    """Kinds of the answers."""
    request = urllib.request.Request(
        f"{url}/v1/statements", body, {"Content-Type": "application/jsonl"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return [next(iter(json.loads(line))) for line in response.read().splitlines()]


def half_sent(url: str) -> socket.socket:
    """A POST of which the body never comes."""
    address = urlsplit(url)
    client = socket.create_connection((address.hostname, address.port), timeout=10)
    client.sendall(
        b"POST /v1/statements HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonl\r\n"
        b'Content-Length: 100000\r\n\r\n{"statement":'
    )
    return client


def test_served_answers_and_stops(world: StoredWorld) -> None:
    with served(world.home) as (url, process):
        assert get(f"{url}/healthz") == (200, b'{"status":"ok"}\n')
        assert get(f"{url}/nowhere")[0] == 404
        assert post(url, lines(world, 200)) == ["receipt"] * 200
        assert get(f"{url}/checkpoint")[1].decode() == world.ledger.checkpoint()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_what_is_being_answered_is_finished(world: StoredWorld) -> None:
    body = lines(world, 1000)
    with served(world.home) as (url, process):
        answers: list[str] = []
        thread = threading.Thread(target=lambda: answers.extend(post(url, body)))
        thread.start()
        time.sleep(0.1)  # the request is on its way
        process.send_signal(signal.SIGTERM)
        thread.join(30)
        assert answers == ["receipt"] * 1000


def test_slow_clients_hold_up_nobody(world: StoredWorld) -> None:
    with served(world.home) as (url, _):
        stalled = [half_sent(url) for _ in range(8)]
        time.sleep(0.3)
        start = time.monotonic()
        for _ in range(20):
            assert get(f"{url}/checkpoint")[0] == 200
        took = time.monotonic() - start
        for client in stalled:
            client.close()
        assert took < 5
        assert get(f"{url}/healthz")[0] == 200


def workers(pid: int) -> set[int]:
    """Worker processes of a server; a helper of multiprocessing is none."""
    found = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread may end while it is looked at
            for child in map(int, (task / "children").read_text().split()):
                if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.add(child)
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc on this machine")
def test_a_killed_worker_is_replaced(world: StoredWorld) -> None:
    with served(world.home) as (url, process):
        before = workers(process.pid)
        assert len(before) == 2
        killed = before.pop()
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and len(workers(process.pid) - {killed}) < 2:
            time.sleep(0.1)
        assert len(workers(process.pid) - {killed}) == 2
        assert get(f"{url}/readyz")[0] == 200


def test_a_taken_address_is_told_at_once(world: StoredWorld) -> None:
    refused = pytest.raises(OSError, match="in use")
    with socket.create_server(("127.0.0.1", 0)) as taken, refused:
        serve(world.home, port=taken.getsockname()[1])
    assert free_port("127.0.0.1") > 1023


def test_nothing_is_written_about_who_asked_what(
    world: StoredWorld, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(world.home) as (url, _):
        get(f"{url}/v1/certificates/Wei-Example")
        question = json.dumps({"number": "NS-77", "holder_name": "Wei Example"}).encode()
        request = urllib.request.Request(
            f"{url}/v1/verifications", question, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            assert json.load(response)["verdict"] == "unknown"
    captured = capfd.readouterr()
    assert "Wei" not in captured.out + captured.err
    assert "NS-77" not in captured.out + captured.err
