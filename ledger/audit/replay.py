"""Steps A4 to A6: every entry parsed, its key found, every rule again, in the order of the log.

The judge is the service's own, `ledger.domain.admission.admit`, over records that this replay made;
it sees all of them, not only those that a service names beforehand. A statement that is refused
changes nothing; what depends on it will be refused too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.audit.findings import Findings
from ledger.audit.once import Once
from ledger.audit.scratch import GENERATION, Space, scratch_database
from ledger.audit.signatures import Signatures
from ledger.audit.sources import Vault
from ledger.audit.vault import VaultReader
from ledger.core.errors import CoreError
from ledger.core.sdjwt import Disclosure, parse_disclosure
from ledger.core.statement import Statement, parse_entry
from ledger.core.tree import leaf_hash
from ledger.domain.admission import Admission, admit, hear, stated_of
from ledger.domain.errors import Refusal
from ledger.domain.records import LEDGER, Jti, Key, LedgerInfo, Record, decode, encode, key_of
from ledger.domain.rulebook import RULEBOOKS, Types

KEY_RULES = frozenset({"P11", "P12", "P13"})
"""Rules on whether a key was valid at a position: step A4. All other P rules are A5, D rules A6."""


Heard = tuple[bytes, Admission | None]
"""The leaf hash of an entry, and what it does; `None` where it was refused."""


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
        cached: int = GENERATION,
    ) -> None:
        self._signatures = signatures
        self._findings = findings
        self._rulebooks = rulebooks
        self._database = scratch_database()
        self._jti = Once(self._database, "jti/", lambda position: encode(Jti(position)))
        self.records: Space[Record] = Space(
            self._database, "records", encode, decode, once=self._jti, generation=cached
        )
        self.vault = None if vault is None else VaultReader(vault, findings)
        if self.vault is not None:
            self._people = self._texts("people", cached)
            self._awaiting = self._texts("awaiting", cached)

    def _texts(self, table: str, cached: int) -> Space[str]:
        return Space(self._database, table, str, lambda _, text: text, generation=cached)

    def close(self) -> None:
        """Remove the scratch file."""
        self._database.close()

    def hear(self, position: int, entry: bytes) -> Heard:
        """Judge the entry at a position and fold it into the state."""
        try:
            statement = parse_entry(entry)
        except CoreError as error:
            self._findings.add("A4", position, f"this is no statement: {error}")
            return leaf_hash(entry), None
        records = self.records
        key_name = key_of(Key, statement.kid)
        key = records.found[key_name]
        try:
            admission = self._judge(position, statement)
        except Refusal as refusal:
            self._refused(position, refusal)
            admission = None
        if admission is not None:
            if position == 0:  # the founding brings its own key
                key = admission.changes.get(key_name)
            records.apply(admission.changes, position)
        if isinstance(key, Key):
            self._signatures.add(position, statement, key.x)
        return statement.leaf, admission

    def _judge(self, position: int, statement: Statement) -> Admission:
        found, vault, rulebooks = self.records.found, self.vault, self._rulebooks
        if vault is None:
            stated = stated_of(statement, found, rulebooks)
            return admit(stated, found, position=position, rulebooks=rulebooks)
        statement = replace(statement, disclosures=vault.open(position, statement))
        admission = hear(
            statement,
            found.__getitem__,
            position=position,
            load_person=self._people.found.__getitem__,
            reopen=self._reopen,
            rulebooks=rulebooks,
        )
        self._people.apply(admission.people, position)
        if admission.effect is None and statement.disclosures:
            text = "~".join(one.encoded for one in statement.disclosures)
            self._awaiting.apply({str(position): text}, position)
        return admission

    def _reopen(self, position: int) -> tuple[Disclosure, ...] | None:
        text = self._awaiting.found[str(position)]
        return None if text is None else tuple(map(parse_disclosure, text.split("~")))

    def _refused(self, position: int, refusal: Refusal) -> None:
        rule = refusal.rule
        step = "A6" if rule.startswith("D") else "A4" if rule in KEY_RULES else "A5"
        self._findings.add(step, position, f"{refusal.code}: {refusal.detail}", rule)

    def finish(self) -> None:
        """Look for what only the whole log shows: a `jti` used again long after."""
        self.records.flush()
        for _, first, again in self._jti.repeated():
            what = f"jti-conflict: this jti was used by the statement at position {first}"
            self._findings.add("A5", again, what, "P15")
        if self.vault is not None:
            self.vault.finish()

    def ledger(self) -> LedgerInfo | None:
        """What the founding fixed."""
        info = self.records.found[LEDGER]
        return info if isinstance(info, LedgerInfo) else None
