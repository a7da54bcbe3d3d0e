"""A ledger's home folder, and somebody with the database's file in his hands."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite3

from ledger.audit.findings import Finding
from ledger.audit.report import Report
from ledger.audit.run import audit
from ledger.cli.audit_home import opened_home
from tests.audit.log import VKEY, story, ticking
from tests.store.stored import StoredWorld, ready


class Home:
    """The home folder of a ledger that is not running."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "ledger.db"

    @staticmethod
    def make(path: Path) -> Path:
        """A story told to a real ledger: a full tile and a partial one; the last batch has 9."""
        world = story(ready(StoredWorld(path)), candidates=34)
        person = {"person": world.chance.id(), "name": "Wei Example"}
        batch = [
            world.sign(
                "harbour",
                "student.enrolled",
                {"student": world.chance.id()},
                {**person, "person": world.chance.id()},
            )
            for _ in range(9)
        ]
        world.ledger.submit(batch)
        world.close()
        return path

    def change(self, *queries: tuple[str, *tuple[Any, ...]], rows: bool = True) -> None:
        """Run SQL on the ledger's database, all checks off; each query changes some rows."""
        with closing(sqlite3.connect(self.database)) as file:
            file.execute("PRAGMA ignore_check_constraints=ON")
            for query, *values in queries:
                assert file.execute(query, values).rowcount > 0 or not rows, query
            file.commit()

    def ask(self, query: str, *values: object) -> Any:
        """The first column of the first row."""
        with closing(sqlite3.connect(self.database)) as file:
            return file.execute(query, values).fetchone()[0]

    def audit(self, *, vault: bool = True, **options: Any) -> Report:
        """Audit it as the command line does; without the vault, only what needs no keys."""
        with opened_home(self.path) as ledger:
            return audit(
                ledger.database,
                VKEY,
                clock=ticking(),
                database=ledger.database,
                vault=ledger.vault if vault else None,
                views=ledger.views,
                **options,
            )

    def only(self, step: str) -> Finding:
        """The one finding of an audit without the vault."""
        report = self.audit(vault=False)
        assert report.exit_code == 1
        (finding,) = report.findings
        assert finding.step == step
        return finding
