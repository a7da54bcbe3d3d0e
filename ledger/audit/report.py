"""What an audit says at the end: one line for people, a dictionary for programs, an exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ledger.audit.findings import STEPS, Finding
from ledger.core.encoding import b64
from ledger.core.tree import TreeHead

CLEAN, FOUND, UNTOLD = 0, 1, 2


@dataclass(frozen=True)
class Report:
    """The result of one audit.

    Attributes:
        head: of the checkpoint; `None` where it could not be read at all.
        statements: entries that were replayed.
        seconds: how long it took.
        findings: by step and position, at most `ledger.audit.findings.LIMIT` of each step.
        more: findings beyond those, by step.
        unread: why the audit could not be finished, empty where it was.
        records: state records that the log leads to; `None` where no database was given.
        checked, erased: statements with disclosures, by what the vault still holds; `None` where no
            vault was given.
    """

    head: TreeHead | None
    statements: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    more: dict[str, int] = field(default_factory=dict)
    unread: str = ""
    records: int | None = None
    checked: int | None = None
    erased: int | None = None

    @property
    def exit_code(self) -> int:
        """0 clean, 1 something is wrong, 2 could not tell."""
        return FOUND if self.findings else UNTOLD if self.unread else CLEAN

    @property
    def first(self) -> Finding | None:
        """The finding to look at first: another log, else the smallest position; A7 comes last,
        because state that differs often only follows from an entry that is wrong."""
        return min(self.findings, key=_urgency, default=None)

    def line(self) -> str:
        """The whole report in one line."""
        rate = self.statements / self.seconds if self.seconds else 0
        pace = f"{self.statements:,} statements in {self.seconds:,.1f} s, {rate:,.0f}/s"
        if self.first is not None:
            place = self.first.position
            where = "" if place is None else f" at position {place}"
            rule = "" if self.first.rule is None else f", rule {self.first.rule}"
            count = len(self.findings) + sum(self.more.values())
            others = f" ({count} findings)" if count > 1 else ""
            step = f"step {self.first.step}{rule}"
            return f"FAILED{where}, {step}: {self.first.what}{others}; {pace}"
        if self.unread:
            return f"COULD NOT TELL: {self.unread}; {pace}"
        assert self.head is not None, "without a checkpoint there is a finding, or it was not read"
        looked = [] if self.records is None else [f"{self.records:,} state records"]
        if self.checked is not None:
            looked.append(f"disclosures of {self.checked:,} checked, {self.erased:,} erased")
        extra = f"; {', '.join(looked)}" if looked else ""
        return f"OK: {self.head.origin} to checkpoint {self.head.size:,}, {pace}{extra}"

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON takes it; times in seconds, the root in base64."""
        head = self.head
        return {
            "result": ("ok", "failed", "unknown")[self.exit_code],
            "origin": None if head is None else head.origin,
            "size": None if head is None else head.size,
            "root": None if head is None else b64(head.root),
            "statements": self.statements,
            "seconds": round(self.seconds, 3),
            "records": self.records,
            "disclosures_checked": self.checked,
            "disclosures_erased": self.erased,
            "unread": self.unread or None,
            "findings": [_as_dict(one) for one in self.findings],
            "more": dict(self.more),
        }


def _urgency(finding: Finding) -> tuple[bool, bool, bool, int, str]:
    step, position = finding.step, finding.position
    return step != "A1", step == "A7", position is None, position or 0, step


def _as_dict(finding: Finding) -> dict[str, Any]:
    return {
        "step": finding.step,
        "title": STEPS[finding.step].title,
        "position": finding.position,
        "rule": finding.rule,
        "what": finding.what,
        "stake": finding.stake,
    }
