"""A copy of a ledger's database, opened for reading only: what an audit replays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.domain.records import LEDGER, LedgerInfo, decode
from ledger.store.errors import NotFounded
from ledger.store.keystore import KeyStore
from ledger.store.log import Log
from ledger.store.sqlite.database import SQLiteDatabase


@contextmanager
def open_copy(
    path: str | os.PathLike[str],
    *,
    origin: str | None = None,
    keys: str | os.PathLike[str] | None = None,
) -> Iterator[Log]:
    """Open a file that ``Ledger.snapshot`` made.

    Args:
        origin: of the ledger; by default the one that the copy itself states.
        keys: a key store that opens the disclosures in it.

    Raises:
        NotFounded: the file holds no ledger.
    """
    database = SQLiteDatabase(Path(path), read_only=True)
    keystore = None if keys is None else KeyStore(Path(keys), os.urandom)
    try:
        database.check()
        yield Log(database, origin or _stated_origin(database), keystore)
    finally:
        database.close()
        if keystore is not None:
            keystore.close()


def _stated_origin(database: SQLiteDatabase) -> str:
    with database.reading() as rows:
        row = rows.record(LEDGER)
    info = None if row is None else decode(LEDGER, row.text)
    if not isinstance(info, LedgerInfo):
        raise NotFounded("the copy holds no founded ledger")
    return info.origin
