"""The exception family that leaves the store. Each has a stable ``code`` in kebab-case.

A statement that is not admitted is no error of the store: it is a ``Refusal`` of the domain, in its
place in the answer. These here mean that nothing was appended.
"""

from __future__ import annotations


class StoreError(Exception):
    """Something other than a statement stood in the way; nothing was written.

    Attributes:
        code: stable name, the last part of the problem type.
        detail: what was wrong, in words for the operator.
    """

    code = "store-failed"

    def __init__(self, detail: str) -> None:
        super().__init__(f"{self.code}: {detail}")
        self.detail = detail


class Busy(StoreError):
    """Another writer held the lock for longer than a writer waits (30 seconds). Try again."""

    code = "busy"


class StorageFailed(StoreError):
    """The database could not do its work: disk full, file unreadable, file damaged."""

    code = "storage-failed"


class AffectedSQLite(StoreError):
    """The SQLite library has the WAL-reset bug and may damage a database with several writers."""

    code = "sqlite-affected"


class NotFounded(StoreError):
    """There is no ledger in this folder."""

    code = "not-founded"


class AlreadyFounded(StoreError):
    """There is a ledger in this folder already."""

    code = "already-founded"


class ClockBehind(StoreError):
    """This machine's clock is more than 5 seconds behind the time that the ledger stated last."""

    code = "clock-behind"


class ClockLeap(StoreError):
    """The wall clock moved by more than 5 seconds against the monotonic clock."""

    code = "clock-leap"


class Contradiction(StoreError):
    """Stored bytes contradict each other. ``certledger audit`` says where.

    Attributes:
        position: of the entry concerned, or ``None``.
    """

    code = "stored-bytes-contradict"

    def __init__(self, detail: str, position: int | None = None) -> None:
        super().__init__(detail)
        self.position = position


class KeyStoreAhead(StoreError):
    """The key store knows a later batch than the ledger: the ledger is an older copy."""

    code = "ledger-behind-key-store"


class UnsafeHome(StoreError):
    """A file of the home folder is missing, unreadable, or open to other users."""

    code = "unsafe-home"


class WrongOperatorKeys(StoreError):
    """The operator's private keys are not those that the founding statement names."""

    code = "wrong-operator-keys"


class StaleView(StoreError):
    """A view is not where this follower left it: another one works on it."""

    code = "stale-view"
