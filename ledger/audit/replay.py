"""Steps A4 to A6: every entry parsed, its key found, every rule again, in the order of the log.

The driver is the service's own, `ledger.domain.admission.hear`, over records that this replay made.
A statement that is refused changes nothing; what depends on it will be refused too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from ledger.audit.findings import Findings
from ledger.audit.scratch import Space, scratch_database
from ledger.audit.signatures import Signatures
from ledger.audit.sources import Vault
from ledger.audit.vault import VaultReader
from ledger.core.errors import CoreError
from ledger.core.sdjwt import Disclosure, parse_disclosure
from ledger.core.statement import Statement, parse_entry
from ledger.core.tree import leaf_hash
from ledger.domain.admission import Admission, hear
from ledger.domain.errors import Refusal
from ledger.domain.records import LEDGER, Key, LedgerInfo, Record, decode, encode, key_of
from ledger.domain.rulebook import RULEBOOKS, Types

KEY_RULES = frozenset({"P11", "P12", "P13"})
"""Rules on whether a key was valid at a position: step A4. All other P rules are A5, D rules A6."""


class Heard(NamedTuple):
    """What the replay makes of one entry."""

    leaf: bytes
    admission: Admission | None  # None: it was refused


class Replay:
    """The log's statements, heard one by one.

    Args:
        vault: disclosures of the whole log; without it D rules are not checked.
    """

    def __init__(
        self,
        signatures: Signatures,
        findings: Findings,
        vault: Vault | None = None,
        rulebooks: Mapping[int, Types] = RULEBOOKS,
    ) -> None:
        self._signatures = signatures
        self._findings = findings
        self._rulebooks = rulebooks
        self._database = scratch_database()
        self.records: Space[Record] = Space(
            self._database, "records", encode, decode, transient="jti/"
        )
        self.vault = None if vault is None else VaultReader(vault, findings)
        if self.vault is not None:
            self._people = Space(self._database, "people", str, lambda _, text: text)
            self._awaiting = Space(self._database, "awaiting", str, lambda _, text: text)

    def close(self) -> None:
        """Remove the scratch file."""
        self._database.close()

    def hear(self, position: int, entry: bytes) -> Heard:
        """Judge the entry at a position and fold it into the state."""
        try:
            statement = parse_entry(entry)
        except CoreError as error:
            self._findings.add("A4", position, f"this is no statement: {error}")
            return Heard(leaf_hash(entry), None)
        records = self.records
        key_name = key_of(Key, statement.kid)
        key = records.load(key_name)
        admission = self._judge(position, statement)
        if admission is not None:
            if position == 0:  # the founding brings its own key
                key = admission.changes.get(key_name)
            records.apply(admission.changes, position)
        if isinstance(key, Key):
            self._signatures.add(position, statement, key.x)
        return Heard(statement.leaf, admission)

    def _judge(self, position: int, statement: Statement) -> Admission | None:
        try:
            if self.vault is None:
                load, rulebooks = self.records.load, self._rulebooks
                return hear(statement, load, position=position, rulebooks=rulebooks)
            return self._judge_opened(position, statement, self.vault)
        except Refusal as refusal:
            self._refused(position, refusal)
            return None

    def _judge_opened(self, position: int, statement: Statement, vault: VaultReader) -> Admission:
        statement = replace(statement, disclosures=vault.open(position, statement))
        admission = hear(
            statement,
            self.records.load,
            position=position,
            load_person=self._people.load,
            reopen=self._reopen,
            rulebooks=self._rulebooks,
        )
        self._people.apply(admission.people, position)
        if admission.effect is None and statement.disclosures:
            text = "~".join(one.encoded for one in statement.disclosures)
            self._awaiting.apply({str(position): text}, position)
        return admission

    def _reopen(self, position: int) -> tuple[Disclosure, ...] | None:
        text = self._awaiting.load(str(position))
        return None if text is None else tuple(map(parse_disclosure, text.split("~")))

    def _refused(self, position: int, refusal: Refusal) -> None:
        rule = refusal.rule
        step = "A6" if rule.startswith("D") else "A4" if rule in KEY_RULES else "A5"
        self._findings.add(step, position, f"{refusal.code}: {refusal.detail}", rule)

    def ledger(self) -> LedgerInfo | None:
        """What the founding fixed."""
        info = self.records.load(LEDGER)
        return info if isinstance(info, LedgerInfo) else None
