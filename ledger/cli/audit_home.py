"""A home folder as an audit reads it: a snapshot of the database, the vault, the views.

The ledger itself is not opened, since it would refuse what the audit is to find.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from ledger.audit.snapshot import Snapshot
from ledger.audit.sources import Opened, Unreadable, Vault, View
from ledger.cli.audit_views import DAMAGED, compared_views
from ledger.cli.errors import Failure
from ledger.store import view as stored
from ledger.store.errors import StoreError
from ledger.store.home import Home
from ledger.store.keystore import KeyStore
from ledger.store.seam import Reading
from ledger.store.sqlite.database import SQLiteDatabase
from ledger.store.sqlite.driver import copy_database

_PREFIX = ".audit-"


class AuditedHome(NamedTuple):
    """What there is to audit.

    Attributes:
        vkey: the verifier key that the ledger was founded with.
        vault: `None` where there is no key store to open it with.
    """

    vkey: str
    database: Snapshot
    vault: Vault | None
    views: Iterable[View]


@contextmanager
def opened_home(home: Path) -> Iterator[AuditedHome]:
    """The ledger of a home folder at one moment; writers go on meanwhile."""
    place = Home(home)
    config = place.config()
    with _scratch(place.path) as folder:
        copy, views = folder / "ledger.db", folder / "served.db"
        _copy_views(place.views, views)  # first: views are never ahead of their log
        source = SQLiteDatabase(place.ledger, read_only=True)
        with closing(source):
            source.check()
            source.snapshot(copy)
        with (
            closing(_snapshot(copy)) as database,
            _vault(copy, place, config.origin) as vault,
        ):
            compared = compared_views(copy, config.origin, views)
            yield AuditedHome(config.vkey, database, vault, compared)


def _copy_views(served: Path, copy: Path) -> None:
    """Copy the views. A file that is none is copied as it is, for the audit to say so."""
    if served.exists():
        try:
            copy_database(served, copy)
        except StoreError:
            copy.unlink(missing_ok=True)
            shutil.copyfile(served, copy)


def _snapshot(copy: Path) -> Snapshot:
    try:
        return Snapshot(copy)
    except Unreadable as error:
        raise Failure(str(error)) from None


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """A folder for the copy, beside the original: it may be large, and `/tmp` small."""
    for left_over in home.glob(f"{_PREFIX}*"):
        with open(left_over / "lock", "ab") as file:
            if _locked(file.fileno()):  # of an audit that was killed
                shutil.rmtree(left_over)
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX, dir=home) as name,
        open(Path(name) / "lock", "ab") as file,
    ):
        _locked(file.fileno())
        yield Path(name)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def _vault(copy: Path, place: Home, origin: str) -> Iterator[Vault | None]:
    if not place.keys.exists():
        yield None
        return
    database = SQLiteDatabase(copy, read_only=True)
    keystore = KeyStore(place.keys, os.urandom)
    with closing(database), closing(keystore), database.reading() as rows:
        yield _opened(rows, stored.View(rows, origin, keystore))


def _opened(rows: Reading, view: stored.View) -> Iterator[Opened]:
    """The vault row by row, opened with the students' keys as they are now."""
    for position in rows.sealed_positions():
        try:
            yield Opened(position, view.opened(position))
        except DAMAGED as error:
            yield Opened(position, None, f"the disclosures cannot be opened: {error}")
