"""The rows of one batch beside its events: the second half of the sealed append.

Runs inside the recorder's transaction, so everything here stands or falls with the events. Every
statement asserts what admission relied on: a leaf or position that exists, or a record whose
version is not the one that was read, raises ``IntegrityError``, and nothing of the batch is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import IntegrityError

from ledger.store.seam import RecordWrites, Sealed


def seal(cursor: Any, sealed: Sealed, events: Sequence[int]) -> None:
    """Write the batch beside its events, whose notification ids are ``events``.

    Raises:
        IntegrityError: the database is not in the state that the batch was decided on.
    """
    cursor.executemany(
        "INSERT INTO leaves VALUES (?,?,?,?,?)",
        [
            (row.position, row.leaf, event, row.size, row.effect)
            for row, event in zip(sealed.leaves, events, strict=True)
        ],
    )
    cursor.executemany(
        "INSERT INTO streams VALUES (?,?,?)"
        " ON CONFLICT (name) DO UPDATE SET version = excluded.version",
        [(one.name, one.originator_id.hex, one.version) for one in sealed.streams],
    )
    _write_records(cursor, sealed.records)
    cursor.executemany("INSERT INTO vault VALUES (?,?)", sealed.vault)
    cursor.executemany(
        "INSERT INTO tiles VALUES (?,?,?)"
        " ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
        sealed.tiles,
    )
    cursor.execute("INSERT OR REPLACE INTO head VALUES (1,?,?,?,?)", sealed.head)


def _write_records(cursor: Any, records: RecordWrites) -> None:
    cursor.executemany("INSERT INTO records VALUES (?,?,?)", records.new)
    update = "UPDATE records SET version = ?, record = ? WHERE key = ? AND version = ?"
    _change(cursor, update, records.changed)
    _change(cursor, "DELETE FROM records WHERE key = ? AND version = ?", records.removed)


def _change(cursor: Any, query: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Change one row for each of ``rows``: the version read is the version found."""
    if rows and cursor.executemany(query, rows).rowcount != len(rows):
        raise IntegrityError("a record is not in the version that the batch was decided on")
