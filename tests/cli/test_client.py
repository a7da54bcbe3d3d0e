"""The HTTP client against servers that break off, are busy, or are no ledger."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ledger.cli.client import ATTEMPTS, Declined, LedgerClient, Unreachable, words
from ledger.cli.errors import Failure
from tests.cli.parties import free_port

HANG_UP = "hang up"
Answer = tuple[int, bytes] | str


@contextmanager
def answering(*answers: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives these answers one after the other, the last one again and again."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
            answer = answers[min(len(bodies), len(answers)) - 1]
            if isinstance(answer, str):
                self.close_connection = True
                return
            self.send_response(answer[0])
            self.send_header("content-length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        do_GET = do_POST  # noqa: N815 - the name that http.server asks for

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", bodies
        finally:
            server.shutdown()
            thread.join()


class Pauses(list[float]):
    """Remembers how long somebody would have slept."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def lines(*values: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


RECEIPT = {"receipt": {"position": 7}}
PROBLEM = {"problem": {"type": "https://ledger.example/problems/late", "detail": "too late"}}
BUSY = (503, lines({"type": "https://ledger.example/problems/busy", "detail": "another writes"}))


def test_each_statement_has_its_answer_in_order() -> None:
    with answering((200, lines(RECEIPT, PROBLEM))) as (url, bodies):
        client = LedgerClient(url)
        assert client.submit([b"a.b.c~", b"d.e.f~g~"]) == [RECEIPT, PROBLEM]
        client.close()
    assert bodies == [b'{"statement":"a.b.c~"}\n{"statement":"d.e.f~g~"}\n']


def test_the_same_bytes_are_sent_again_until_they_are_answered() -> None:
    pauses = Pauses()
    with answering(HANG_UP, BUSY, (502, b"<html>"), (200, lines(RECEIPT))) as (url, bodies):
        client = LedgerClient(url, sleep=pauses)
        assert client.submit([b"a.b.c~"]) == [RECEIPT]
        client.close()
    assert len(bodies) == 4
    assert len(set(bodies)) == 1
    assert pauses == [0.25, 0.5, 1.0]


def test_it_gives_up_and_says_why() -> None:
    pauses = Pauses()
    with answering(BUSY) as (url, bodies):
        client = LedgerClient(url, sleep=pauses)
        with pytest.raises(Unreachable, match="503 busy: another writes"):
            client.submit([b"a.b.c~"])
        client.close()
    assert len(bodies) == ATTEMPTS
    assert max(pauses) == 8.0


def test_nobody_there_is_told() -> None:
    client = LedgerClient(f"http://127.0.0.1:{free_port()}", attempts=2, sleep=Pauses())
    with pytest.raises(Unreachable, match="nobody answers there"):
        client.checkpoint()


@pytest.mark.parametrize("status", [400, 401, 404, 413, 500, 302])
def test_a_problem_with_the_whole_request_is_not_repeated(status: int) -> None:
    body = lines({"type": "https://x/problems/too-large", "detail": "too large", "instead": "cut"})
    with answering((status, body)) as (url, bodies):
        client = LedgerClient(url)
        with pytest.raises(Declined, match="too-large: too large; cut") as caught:
            client.submit([b"a.b.c~"])
        client.close()
    assert caught.value.status == status
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>welcome</html>",
        lines(RECEIPT),
        lines(RECEIPT, RECEIPT, RECEIPT),
        lines(RECEIPT, {"something": 1}),
        lines(RECEIPT, {"receipt": None}),
        b"[1]\n[2]\n",
        b'{"receipt": {}}\n\xff\n',
    ],
)
def test_an_answer_that_is_no_ledgers_is_no_receipt(body: bytes) -> None:
    with answering((200, body)) as (url, _):
        client = LedgerClient(url)
        with pytest.raises(Unreachable):
            client.submit([b"a.b.c~", b"d.e.f~"])
        client.close()


def test_more_than_a_request_holds_is_the_callers_mistake() -> None:
    with pytest.raises(AssertionError):
        LedgerClient("http://127.0.0.1:9").submit([b"a.b.c~"] * 1001)


@pytest.mark.parametrize("url", ["", "ledger.example", "ftp://ledger.example", "file:///etc", "x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Failure, match="no address"):
        LedgerClient(url)


def test_a_path_in_the_address_is_kept() -> None:
    with answering((200, b"note")) as (url, _):
        client = LedgerClient(f"{url}/ledgers/one/")
        assert client.url.endswith("/ledgers/one")
        assert client.checkpoint() == "note"
        client.close()


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        ({"type": "https://x/problems/late", "detail": "d", "instead": "i"}, "late: d; i"),
        ({"title": "Not Found"}, "Not Found"),
        ({}, "no reason given"),
    ],
)
def test_a_problem_in_one_line(problem: dict[str, Any], line: str) -> None:
    assert words(problem) == line
