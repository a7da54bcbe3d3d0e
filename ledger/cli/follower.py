"""The follower beside a server: started with it, started again when it fails, ended with it."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

FIRST_PAUSE = 1.0  # seconds before a failed follower is started again; doubled each time
LONGEST_PAUSE = 60.0
PATIENCE = 10.0  # seconds in which it has to end


@contextmanager
def following(home: Path) -> Iterator[Callable[[], None]]:
    """Keep the views of a home folder up to date, from when the given function is called.

    Call it when the server listens: until a new process has become the follower it holds a copy of
    every open socket, and a port that was only tried out would still be taken.
    """
    keeper = _Keeper(home)
    thread = threading.Thread(target=keeper.run, name="follower", daemon=True)
    try:
        yield thread.start
    finally:
        keeper.stop()
        if thread.ident is not None:
            thread.join()


class _Keeper:
    """Keeps one follower process alive."""

    def __init__(self, home: Path) -> None:
        self._command = [sys.executable, "-m", "ledger.cli", "--home", str(home.absolute())]
        self._command += ["projections", "follow"]
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            with self._lock:
                if self._ending.is_set():
                    return
                # The pipe is never written to: it closes when this process ends, however it
                # ends, and the follower ends with it.
                self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603
            self._process.wait()
            if self._ending.wait(pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE)

    def stop(self) -> None:
        with self._lock:
            self._ending.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # its transactions are whole or not at all
            process.kill()
