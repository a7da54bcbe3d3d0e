"""Following the log: effects in batches, each view's rows and position in one transaction.

A crash at any moment leaves each view at a position with exactly the rows of that position; the
next run goes on from there. A fold that raises stops the runner: a view that drifts silently is
worse than one that stands.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ledger.store.errors import Busy, StaleView
from ledger.store.log import Log
from ledger.store.sqlite.views import Progress, ViewRows, ViewsFile, ViewWrites
from ledger.store.view import Effect
from projections.archive import ARCHIVE
from projections.certificates import CERTIFICATES
from projections.standing import STANDING
from projections.view import View

VIEWS: tuple[View, ...] = (CERTIFICATES, ARCHIVE, STANDING)
BATCH = 1000
"""Effects in one transaction."""

POLL = 0.2
"""Seconds between two looks for something new."""

PATIENCE = 1.0
"""Seconds between two looks whether another follower has ended."""


class FoldFailed(Exception):
    """A fold met an effect that it cannot take; the view stands before it."""

    def __init__(self, view: str, position: int, error: Exception) -> None:
        super().__init__(f"view {view!r} cannot take position {position}: {error!r}")
        self.view = view
        self.position = position


def prepare(file: ViewsFile) -> None:
    """Make views that are missing, or of another version of their fold, anew and empty."""
    with file.reading() as rows:
        if not list(_outdated(rows)):
            return  # without the write lock, which a rebuild may hold for long
    with file.writing() as writes:
        for view in list(_outdated(writes)):
            writes.recreate(view.name, view.version, view.tables, view.indexes)


def _outdated(rows: ViewRows) -> Iterator[View]:
    known = rows.progress()
    for view in VIEWS:
        if view.name not in known or known[view.name].version != view.version:
            yield view


def advance(log: Log, file: ViewsFile, batch: int = BATCH) -> int:
    """Take the next batch into each view.

    Returns:
        How many effects were taken, over all views; 0 when all are up to date.

    Raises:
        FoldFailed: nothing of that view's batch was written.
        StaleView: another follower was here.
    """
    with file.reading() as rows:
        progress = rows.progress()
    taken = 0
    pages: dict[int, Sequence[Effect]] = {}
    for view in VIEWS:
        known = progress[view.name]
        if known.position not in pages:
            pages[known.position] = log.effects(known.position, batch)
        effects = pages[known.position]
        if effects:
            with file.writing() as writes:
                _take(view, known, effects, writes)
            taken += len(effects)
    return taken


def _take(view: View, known: Progress, effects: Sequence[Effect], writes: ViewWrites) -> None:
    changes: dict[str, list[tuple[object, ...]]] = {name: [] for name in view.changes}
    time = known.time
    for effect in effects:
        time = _time(effect, time)
        try:
            for name, values in view.fold(effect, time):
                changes[name].append(values)
        except Exception as error:  # whatever it is, it names where the view stands
            raise FoldFailed(view.name, effect.position, error) from error
    writes.begin_batch(view.name, known.position, effects[-1].position, time)
    for name, rows in changes.items():
        if rows:
            writes.write(view.changes[name], rows)


def _time(effect: Effect, time: int) -> int:
    """The stated time at an effect."""
    if effect.statement.type in ("time.stated", "ledger.founded"):
        return effect.statement.iat
    return time


def catch_up(log: Log, file: ViewsFile, batch: int = BATCH) -> None:
    """Take everything that is in the log now."""
    prepare(file)
    while advance(log, file, batch):
        pass


def rebuild(log: Log, file: ViewsFile, progress: Callable[[int], None] = lambda _: None) -> None:
    """Make all views anew, in one transaction: until it ends, readers see them as they were.

    Args:
        progress: told how many effects were taken, after each batch.
    """
    with file.writing() as writes:
        for view in VIEWS:
            writes.recreate(view.name, view.version, view.tables, view.indexes)
        known = Progress(0, -1, 0)
        while effects := log.effects(known.position, BATCH):
            for view in VIEWS:
                _take(view, known, effects, writes)
            last = effects[-1].position
            time = known.time
            for effect in effects:
                time = _time(effect, time)
            known = Progress(0, last, time)
            progress(len(effects))


def follow(log: Log, file: ViewsFile, stopped: Callable[[float], bool]) -> None:
    """Keep the views up to date until told to stop.

    Args:
        stopped: waits that many seconds, and says whether to stop.
    """
    prepare(file)
    while True:
        try:
            busy = advance(log, file)
        except (Busy, StaleView):
            # A rebuild holds the views or has just moved them. Nothing was written: look again.
            busy = 0
        if stopped(0 if busy else POLL):
            return


def status(log: Log, file: ViewsFile) -> dict[str, dict[str, int]]:
    """Position of each view, how many positions it is behind, and its fold's version."""
    with file.reading() as rows:
        known = rows.progress()
    last = log.head().size - 1
    told = {}
    for name, one in sorted(known.items()):
        # Statements that await consent have no effect yet: a view past the last effect is whole.
        behind = last - one.position if log.effects(one.position, 1) else 0
        told[name] = {"position": one.position, "behind": behind, "version": one.version}
    return told


def dump(file: ViewsFile, view: View) -> Iterator[tuple[object, ...]]:
    """All rows of a view, table by table, in key order, each with its table's name in front."""
    with file.reading() as rows:
        for table in sorted(view.tables):
            for row in rows.table(table):
                yield (table, *row)


@contextmanager
def opened_views(path: Path) -> Iterator[ViewsFile]:
    """The views of a home folder, their tables made where they are missing."""
    file = ViewsFile(path)
    try:
        prepare(file)
        yield file
    finally:
        file.close()


@contextmanager
def only_follower(path: Path, stopped: Callable[[float], bool]) -> Iterator[bool]:
    """Wait until this process is the only one that follows for the home folder.

    Args:
        path: of the lock file; the lock is given back when the process ends, however it ends.
        stopped: waits that many seconds, and says whether to stop.

    Returns:
        False where it was told to stop while waiting.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not (alone := _locked(descriptor)):
            if stopped(PATIENCE):
                break
        yield alone
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
