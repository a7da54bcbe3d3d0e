"""A server of one's own for the time of a command, on a free port of this machine."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from ledger.cli.errors import Failure

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds in which it has to answer, and to end
_PAUSE = 0.05
_PR_SET_PDEATHSIG = 1  # prctl(2): the signal that a process gets when its parent dies


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return int(trial.getsockname()[1])


@contextmanager
def serving(home: Path, *, log: Path) -> Iterator[str]:
    """Serve the ledger of a home folder meanwhile; gives the URL.

    It ends also when this process is killed. One worker: batches come one after another, and what
    the ledger remembers from one to the next is a worker's own.

    Args:
        log: file for what the server says.

    Raises:
        Failure: it does not answer.
    """
    port = free_port()
    command = [sys.executable, "-m", "ledger.cli", "--home", str(home.absolute())]
    command += ["serve", "--host", HOST, "--port", str(port), "--workers", "1"]
    with log.open("ab") as said:
        # A session of its own: Ctrl-C at the terminal reaches this process first, which ends it.
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
            preexec_fn=_end_with_parent(os.getpid()),  # noqa: PLW1509 - no threads run yet
        )
    try:
        url = f"http://{HOST}:{port}"
        _await_ready(process, url, log)
        yield url
    finally:
        _end(process)


def _end_with_parent(parent: int) -> "_Tie | None":
    return _Tie(parent) if sys.platform == "linux" else None


class _Tie:
    """Run in the child before it becomes the server: die with the parent, even if it is killed."""

    def __init__(self, parent: int) -> None:
        self._parent = parent
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl

    def __call__(self) -> None:
        self._prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != self._parent:  # it died between the fork and this line
            os._exit(1)


def _await_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    with urllib3.PoolManager(retries=False, timeout=2.0) as pool:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise Failure(f"the server ended with {process.returncode}; see {log}")
            try:
                if pool.request("GET", f"{url}/readyz").status == 200:
                    return
            except urllib3.exceptions.HTTPError:
                pass  # it is still starting
            time.sleep(_PAUSE)
    raise Failure(f"the server does not answer; see {log}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:  # what it acknowledged is durable
        process.kill()
        process.wait()
