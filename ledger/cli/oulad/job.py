"""What a run that was cut off has to find again: for which data and ledger its outbox is."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from ledger.cli.errors import Failure
from ledger.cli.files import write_whole
from ledger.cli.oulad.dataset import files_of

PLAN = 1
"""Raised with every change to the plan: chunks of one plan are not continued by another."""


class Job(NamedTuple):
    """An import: which plan, for which ledger, of which data, accepted until when."""

    plan: int
    origin: str
    data: str  # SHA-256 of the tables
    deadline: int  # seconds since 1970

    @property
    def same(self) -> tuple[int, str, str]:
        """What must not change between runs."""
        return self.plan, self.origin, self.data


def fingerprint(folder: Path) -> str:
    """SHA-256 of the tables in a folder, in hexadecimal."""
    whole = hashlib.sha256()
    for path in files_of(folder).values():
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def kept_job(path: Path, wanted: Job) -> Job:
    """The job that is kept in a file, `wanted` if there is none yet.

    Raises:
        Failure: it is another one.
    """
    if not path.exists():
        write_whole(path, json.dumps(wanted._asdict()).encode() + b"\n", replace=False)
    try:
        kept = Job(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        raise Failure(f"{path} does not say what is imported") from None
    if kept.same != wanted.same:
        raise Failure(
            f"{path.parent} holds an import of other data, or by another release",
            "Import other data with another --parties folder, into another ledger",
        )
    return kept
