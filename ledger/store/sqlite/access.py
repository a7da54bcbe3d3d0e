"""``access.db``: the table behind :mod:`ledger.store.tokens`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger.store.sqlite.driver import Datastore, private_file, store_errors

TABLE = """CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER) WITHOUT ROWID"""
COLUMNS = "id, label, scopes, created, expires, revoked"


class SQLiteAccess:
    """The file ``access.db``; made when it is opened first."""

    def __init__(self, path: Path) -> None:
        private_file(path)
        self._datastore = Datastore(str(path))
        self._write(TABLE)

    def add(self, digest: bytes, row: tuple[object, ...]) -> None:
        """Keep a token: its hash, and the values of :data:`COLUMNS`."""
        self._write(f"INSERT INTO tokens (hash, {COLUMNS}) VALUES (?,?,?,?,?,?,?)", digest, *row)  # noqa: S608

    def all(self) -> list[Any]:
        """Every token, oldest first."""
        return self._read(f"SELECT {COLUMNS} FROM tokens ORDER BY created, id")  # noqa: S608

    def live(self, digest: bytes, now: int) -> Any:
        """The token with that hash, neither revoked nor expired; else ``None``."""
        query = (
            f"SELECT {COLUMNS} FROM tokens WHERE hash = ? AND revoked IS NULL"  # noqa: S608
            " AND (expires IS NULL OR expires > ?)"
        )
        rows = self._read(query, digest, now)
        return rows[0] if rows else None

    def revoke(self, ident: str, now: int) -> bool:
        """End a token; whether it was in use."""
        query = "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL"
        return self._write(query, now, ident) == 1

    def _write(self, query: str, *values: object) -> int:
        with store_errors(), self._datastore.transaction(commit=True) as cursor:
            cursor.execute(query, values)
            return int(cursor.sqlite_cursor.rowcount)

    def _read(self, query: str, *values: object) -> list[Any]:
        with store_errors(), self._datastore.transaction(commit=False) as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())

    def close(self) -> None:
        """Close the connections."""
        self._datastore.close()
