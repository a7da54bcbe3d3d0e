"""Serving: the address told, the follower beside it, and that nothing is left when it ends."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import urllib3

from tests.cli.parties import ENVIRONMENT, PROGRAM, Parties, free_port, run, told


@contextmanager
def start(home: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A server; it ends with the test, also with one that failed before it told it to."""
    command = [*PROGRAM, "--home", str(home), "serve", "--workers", "1", *options]
    with (
        open(home.parent / "serve.err", "ab") as log,
        subprocess.Popen(
            command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def children(process: subprocess.Popen[str]) -> list[int]:
    """Process ids of everything that a process started, as the kernel has it."""
    found = []
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread may end while it is looked at
            found += [int(one) for one in (task / "children").read_text().split()]
    return found


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def until(true: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return true()


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Serving ledger.example/cli at http://127.0.0.1:")
    return line.split()[-1]


def test_a_free_port_is_taken_told_and_given_back(founded: Parties) -> None:
    with start(founded.home, "--port", "0") as process:
        url = address(process)
        assert urllib3.request("GET", f"{url}/healthz", retries=False).status == 200
        left = children(process)
        assert len(left) >= 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert until(lambda: not any(map(alive, left)))


def test_the_views_follow_what_is_submitted(founded: Parties) -> None:
    with start(founded.home, "--port", "0") as process:
        url = address(process)
        file = founded.sign("regulator", "registered", founded.registered())
        run("submit", file, "--url", url, "--outbox", founded.folder / "outbox")
        size = told("--home", founded.home, "status")["size"]

        def followed() -> bool:
            views = told("--home", founded.home, "projections", "status")
            return all(view["position"] == size - 1 for view in views.values())

        assert until(followed)
        process.send_signal(signal.SIGINT)
        process.wait(20)


def followers(process: subprocess.Popen[str]) -> list[int]:
    """Process ids of a server's followers; one that is just being started has no name yet."""
    found = []
    for pid in children(process):
        with suppress(FileNotFoundError):  # so may a process
            if Path(f"/proc/{pid}/cmdline").read_bytes().endswith(b"projections\0follow\0"):
                found.append(pid)
    return found


def test_a_follower_that_dies_is_started_again(founded: Parties) -> None:
    with start(founded.home, "--port", "0") as process:
        address(process)
        assert until(lambda: len(followers(process)) == 1)
        (first,) = followers(process)
        os.kill(first, signal.SIGKILL)
        assert until(lambda: bool(followers(process)) and first not in followers(process))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_server_that_is_killed_leaves_no_follower(founded: Parties) -> None:
    with start(founded.home, "--port", "0") as process:
        address(process)
        assert until(lambda: len(followers(process)) == 1)
        left = followers(process)
        process.kill()
        process.wait()
    assert until(lambda: not any(map(alive, left)))


def test_a_port_in_use_is_told_in_a_line(founded: Parties) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        result = run("--home", founded.home, "serve", "--port", port, code=2)
    assert result.stderr.startswith(f"Error: cannot listen at 127.0.0.1:{port}: Address already")
    assert len(result.stderr.splitlines()) == 1


def test_the_status_names_each_view(founded: Parties) -> None:
    run("--home", founded.home, "projections", "rebuild")
    answer = told("--home", founded.home, "status")["projections"]
    assert answer.keys() >= {"certificates", "archive"}
    assert all(view["behind"] == 0 for view in answer.values())
    shown = run("--home", founded.home, "projections", "status").stdout
    assert shown.count("up to date") == len(answer)
    assert json.loads(run("--home", founded.home, "projections", "status", "--json").stdout)
