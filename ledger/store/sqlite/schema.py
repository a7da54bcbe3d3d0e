"""Tables of ``ledger.db``. The events table is made by the recorder.

``records``, ``streams`` and ``vault`` are folds of the log or ciphertext; ``leaves`` is its order;
``tiles`` and ``head`` are its tree.
"""

from __future__ import annotations

SCHEMA_VERSION = 1

TABLES = (
    """CREATE TABLE IF NOT EXISTS leaves (
        position INTEGER PRIMARY KEY,
        leaf BLOB NOT NULL UNIQUE CHECK (length(leaf) = 32),
        event INTEGER NOT NULL,
        size INTEGER NOT NULL CHECK (size > position),
        effect INTEGER CHECK (effect <= position))""",
    """CREATE TABLE IF NOT EXISTS tiles (
        level INTEGER NOT NULL,
        n INTEGER NOT NULL,
        hashes BLOB NOT NULL,
        PRIMARY KEY (level, n))""",
    """CREATE TABLE IF NOT EXISTS head (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        size INTEGER NOT NULL,
        root BLOB NOT NULL,
        frontier BLOB NOT NULL,
        checkpoint TEXT NOT NULL)""",
    # With rowids: most keys are random, and a page of the index of keys holds many times as many of
    # them as one that has the records in it too. A batch dirties far fewer pages.
    """CREATE TABLE IF NOT EXISTS records (
        key TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        record TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS streams (
        name TEXT PRIMARY KEY,
        originator_id TEXT NOT NULL,
        version INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS vault (
        position INTEGER PRIMARY KEY,
        sealed BLOB NOT NULL)""",
)
