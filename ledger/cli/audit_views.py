"""The views as they are served, beside those made anew from the audited copy of the ledger.

Made only when the log has been replayed: where the log is damaged they may not be possible, and
what the replay found has to be told all the same.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ledger.audit.sources import Unreadable, View
from ledger.core.errors import CoreError
from ledger.domain.errors import UnreadableRecord
from ledger.store.errors import StoreError
from ledger.store.log import Log
from ledger.store.sqlite.database import SQLiteDatabase
from ledger.store.sqlite.views import ViewsFile
from projections import runner
from projections.view import View as Projection

DAMAGED = (
    *(StoreError, CoreError, UnreadableRecord, runner.FoldFailed),
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
)
"""What reading ends with where somebody changed rows: values of any type may stand anywhere.

The store trusts what it wrote and does not look for that; the audit has to say what it found.
"""


def compared_views(copy: Path, origin: str, served: Path) -> Iterator[View]:
    """Each view as served and as made anew, both up to the end of the copied ledger.

    Args:
        copy: of the ledger's database.
        served: copy of the views, made before that of the ledger, so that no view is ahead of it.

    Raises:
        Unreadable: no views can be made from this ledger.
    """
    if not served.exists():
        return
    with closing(SQLiteDatabase(copy, read_only=True)) as database:
        log = Log(database, origin)
        made = served.with_name("made.db")
        try:
            with _caught_up(log, made) as ours:
                yield from _pairs(log, served, ours)
        except DAMAGED as error:
            raise Unreadable(f"no views can be made from this log: {error}") from error


def _pairs(log: Log, served: Path, ours: ViewsFile) -> Iterator[View]:
    try:
        with _caught_up(log, served) as theirs:
            for view in runner.VIEWS:
                yield View(view.name, _rows(theirs, view), runner.dump(ours, view))
    except DAMAGED as error:
        for view in runner.VIEWS:
            yield View(view.name, [(f"cannot be read: {error}",)], runner.dump(ours, view))


@contextmanager
def _caught_up(log: Log, path: Path) -> Iterator[ViewsFile]:
    with runner.opened_views(path) as file:
        runner.catch_up(log, file)
        yield file


def _rows(file: ViewsFile, view: Projection) -> Iterable[tuple[object, ...]]:
    """The rows of a view, up to where the file cannot be read."""
    try:
        yield from runner.dump(file, view)
    except StoreError as error:
        yield (f"cannot be read: {error}",)
