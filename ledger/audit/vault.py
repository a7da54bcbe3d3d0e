"""Step A6: the vault, read beside the log, each position's disclosures against its digests."""

from __future__ import annotations

from ledger.audit.findings import Findings
from ledger.audit.sources import Opened, Vault
from ledger.core.errors import CoreError
from ledger.core.sdjwt import Disclosure
from ledger.core.statement import Statement, parse_wire


class VaultReader:
    """The vault in step with the log.

    Attributes:
        checked: statements whose disclosures were opened and compared.
        erased: statements whose disclosures nobody can open any more.
    """

    def __init__(self, vault: Vault, findings: Findings) -> None:
        self._rows = iter(vault)
        self._next = next(self._rows, None)
        self._findings = findings
        self.checked = 0
        self.erased = 0

    def open(self, position: int, statement: Statement) -> tuple[Disclosure, ...] | None:
        """The statement's disclosures; `None` where they are erased, or not what was signed."""
        row = self._at(position)
        if not statement.digests:
            if row is not None:
                self._wrong(position, "the vault holds disclosures of a statement without any")
            return ()
        if row is None:
            self._wrong(position, "the vault has lost the disclosures")
        elif row.problem:
            self._wrong(position, row.problem)
        elif row.disclosures is None:
            self.erased += 1
        else:
            return self._compare(position, statement, row.disclosures)
        return None

    def _compare(
        self, position: int, statement: Statement, disclosures: tuple[Disclosure, ...]
    ) -> tuple[Disclosure, ...] | None:
        wire = statement.entry + "".join(f"~{one.encoded}" for one in disclosures).encode() + b"~"
        try:
            opened = parse_wire(wire).disclosures
        except CoreError as error:
            self._wrong(position, f"the vault holds other disclosures than were signed: {error}")
            return None
        self.checked += 1
        return opened

    def _at(self, position: int) -> Opened | None:
        """The row of a position. Rows that were passed by belong to no statement."""
        while (row := self._next) is not None and row.position < position:
            self._stray(row)
            self._next = next(self._rows, None)
        if row is None or row.position != position:
            return None
        self._next = next(self._rows, None)
        return row

    def finish(self) -> None:
        """What is left lies beyond the log."""
        while self._next is not None:
            self._stray(self._next)
            self._next = next(self._rows, None)

    def _stray(self, row: Opened) -> None:
        self._wrong(row.position, "the vault holds disclosures of no statement in the log")

    def _wrong(self, position: int, what: str) -> None:
        self._findings.add("A6", position, what)
