"""wsgi.py serves under any WSGI server: here the standard library's own."""

import json
import threading
import urllib.request
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

import wsgi
from tests.store.stored import StoredWorld, ready


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_plain_wsgi_server_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = ready(StoredWorld(tmp_path / "home"))
    size = world.ledger.head().size
    world.close()
    monkeypatch.setenv("CERTLEDGER_HOME", str(tmp_path / "home"))
    with make_server("127.0.0.1", 0, wsgi.application(), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            with urllib.request.urlopen(f"{url}/checkpoint", timeout=10) as answer:
                checkpoint = answer.read().decode()
            with urllib.request.urlopen(f"{url}/openapi.json", timeout=10) as answer:
                document = json.load(answer)
        finally:
            server.shutdown()
            thread.join()
    assert checkpoint.splitlines()[1] == str(size)
    assert "/v1/statements" in document["paths"]
