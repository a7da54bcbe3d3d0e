"""`certledger serve` as a process group of its own: killed at any moment, and started again."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import urllib3

from tests.cli.parties import ENVIRONMENT, PROGRAM

ROOT = Path(__file__).parents[2]


def quiet_port() -> int:
    """A free port below those that the system gives to outgoing connections.

    Somebody who keeps asking a port of that range, while nobody listens there, is connected to
    himself sooner or later (a TCP simultaneous open), and the server cannot have it back.
    """
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class Server:
    """A server over a home folder, always at the same address.

    Args:
        wrapper: words before the command, such as those of strace.
    """

    def __init__(self, home: Path, *, workers: int = 2, wrapper: Sequence[str] = ()) -> None:
        port = quiet_port()
        self.url = f"http://127.0.0.1:{port}"
        self._command = [*wrapper, *PROGRAM, "--home", str(home), "serve"]
        self._command += ["--port", str(port), "--workers", str(workers)]
        self.log = home.parent / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and do not wait for anything."""
        assert self._process is None, "it runs"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=ENVIRONMENT,
                start_new_session=True,
            )

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Wait until it answers."""
        assert self._process is not None, "it does not run"
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._process.poll() is None:
            with suppress(urllib3.exceptions.HTTPError):
                answer = urllib3.request("GET", f"{self.url}/readyz", retries=False, timeout=2)
                if answer.status == 200:
                    return
            time.sleep(0.03)
        raise AssertionError(f"{self.url} does not answer: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """kill -9 of the whole group; returns when nothing of it runs any more."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._wait()

    def kill_first(self) -> None:
        """kill -9 of the process that was started, alone; the rest has to end of itself."""
        assert self._process is not None, "it does not run"
        self._process.kill()
        self._wait()

    def stop(self) -> None:
        """SIGTERM to the server, as a service manager does; it has to end cleanly and wholly."""
        assert self._process is not None, "it does not run"
        self._process.send_signal(signal.SIGTERM)
        process = self._process
        self._wait()
        assert process.returncode == 0

    def _wait(self) -> None:
        assert self._process is not None, "it does not run"
        self._process.wait(30)
        gone(self._process.pid)
        self._process = None


@contextmanager
def running(server: Server) -> Iterator[str]:
    """Start it, wait until it answers, give its address, and end it as one ends a service."""
    server.start()
    try:
        server.wait_until_ready()
        yield server.url
        server.stop()
    finally:
        server.kill()


def gone(group: int, seconds: float = 15) -> None:
    """Wait until no process of a group runs."""
    end = time.monotonic() + seconds
    while left := members(group):
        assert time.monotonic() < end, f"still running: {left}"
        time.sleep(0.01)


def members(group: int) -> dict[int, str]:
    """The processes of a group that run, with their commands; a dead one nobody asked for is none.

    Source: proc(5), /proc/pid/stat: pid (comm) state ppid pgrp ….
    """
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, pgrp, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(pgrp) == group and state not in "ZX":
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[int(folder.name)] = command
    return found
