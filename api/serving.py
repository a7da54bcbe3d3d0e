"""Serving with granian: worker processes, each with its own open ledger.

    serve(home, host="127.0.0.1", port=8000)

The application is made in each worker (an open database must not be carried over a fork). SIGTERM
and SIGINT let running requests finish. Nothing is written about who asked what.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from api.app import HOME, create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 64
"""Requests that one worker handles at the same time.

A client that sends its body slowly holds one of them and does not hold up the others. A read under
way cannot be ended from here: against many such clients a buffering proxy stands in front.
"""

HEADERS_WITHIN = 10_000
"""Milliseconds in which a client has to send its headers."""

STOP_WITHIN = 10
"""Seconds that running requests get to finish."""

READY_WITHIN = 60.0


def application() -> WSGIApplication:
    """The application as a worker runs it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return create_app()


def _end_with_parent() -> None:
    """A worker whose server was killed would serve on, and keep its address from the next one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


def serve(
    home: str | os.PathLike[str],
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int | None = None,
    *,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the ledger of ``home`` until a signal ends it.

    Args:
        port: 0 takes a free one.
        workers: processes; by default one for each core.
        ready: called with the URL once connections are accepted; by default it is printed.

    Raises:
        OSError: the address cannot be had.
    """
    os.environ[HOME] = str(Path(home).absolute())
    # A fork while another thread runs (this process has some) leaves the worker with locks that
    # nobody will ever release: it listens and never answers.
    multiprocessing.set_start_method("spawn", force=True)
    port = port or free_port(host)
    _refuse_taken(host, port)
    server = Granian(
        "api.serving:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers or os.cpu_count() or 1,
        blocking_threads=THREADS,
        backlog=1024,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN,
        websockets=False,
        log_level=LogLevels.error,
    )
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    threading.Thread(target=_announce, args=(url, ready or _say), daemon=True).start()
    server.serve()


def free_port(host: str) -> int:
    """A port that nobody listens on at this moment."""
    with socket.create_server((host, 0), family=_family(host)) as found:
        number: int = found.getsockname()[1]
    return number


def _refuse_taken(host: str, port: int) -> None:
    """Fail before any worker starts, with one line instead of one for each of them."""
    socket.create_server((host, port), family=_family(host)).close()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _announce(url: str, ready: Callable[[str], None]) -> None:
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - our own address
                ready(url)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)


def _say(url: str) -> None:
    sys.stdout.write(f"serving {url}\n")
    sys.stdout.flush()
