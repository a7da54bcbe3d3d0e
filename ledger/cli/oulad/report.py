"""What is told about an import: rows left out, remarks, and what the ledger answered."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from ledger.cli.client import words
from ledger.cli.oulad.records import Dataset
from ledger.cli.oulad.session import remarks
from ledger.cli.playing.sending import Tally


class Remark(NamedTuple):
    """A pass that its marks do not explain."""

    file: str
    line: int
    module: str
    presentation: str
    student: int
    reasons: list[str]

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        said = self._asdict()
        del said["reasons"]
        return {"remark": ", ".join(self.reasons), **said}


def all_remarks(data: Dataset) -> Iterator[Remark]:
    """Every pass that its marks do not explain."""
    for one in data.presentations.values():
        for student, registration in one.registrations.items():
            reasons = remarks(one, student)
            if reasons:
                place = data.info_file, registration.line
                yield Remark(*place, one.module, one.code, student, reasons)


def about_data(data: Dataset) -> dict[str, Any]:
    """Counts of rows left out and of remarks, by reason."""
    found = list(all_remarks(data))
    by_reason = Counter(reason for remark in found for reason in remark.reasons)
    left_out = Counter(f"{one.file}: {one.reason}" for one in data.left_out)
    return {
        "not_imported": dict(sorted(left_out.items())),
        "passes_with_remark": len(found),
        "remarks": dict(sorted(by_reason.items())),
    }


def about_sending(tally: Tally, seconds: float) -> dict[str, Any]:
    """What the ledger answered, by type, and how fast."""
    sent = tally.admitted.total() + tally.refused.total()
    kinds = sorted(tally.admitted | tally.refused)
    fresh = sent - tally.before
    return {
        "statements": {
            kind: {"admitted": tally.admitted[kind], "refused": tally.refused[kind]}
            for kind in kinds
        },
        "admitted": tally.admitted.total(),
        "refused": tally.refused.total(),
        "answered_before": tally.before,
        "seconds": round(seconds, 1),
        "per_second": round(fresh / seconds) if seconds > 0 else None,
        "refusals": [{"type": one.type, "problem": one.problem} for one in tally.problems],
    }


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for a person."""
    for kind, counts in told.get("statements", {}).items():
        refused = f"  {counts['refused']} refused" if counts["refused"] else ""
        yield f"{counts['admitted']:>9}  {kind}{refused}"
    if "admitted" in told:
        yield f"{told['admitted']:>9}  statements in the log, {told['refused']} refused"
        if told["answered_before"]:
            yield f"{told['answered_before']:>9}  of them answered in an earlier run"
        yield f"           in {told['seconds']} s, {told['per_second'] or 0} a second"
    for kind, count in told.get("to_import", {}).items():
        yield f"{count:>9}  {kind}"
    for reason, count in told["not_imported"].items():
        yield f"{count:>9}  not imported, {reason}"
    yield f"{told['passes_with_remark']:>9}  passes imported with a remark"
    for reason, count in told["remarks"].items():
        yield f"{count:>9}  remark, {reason}"
    for one in told.get("refusals", ()):
        yield f"refused {one['type']}: {words(one['problem'])}"
