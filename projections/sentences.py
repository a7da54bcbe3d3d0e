"""A sentence for a supervisor, made from the numbers of a credibility view and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from projections.chain import LATE_ENTRIES, WHOLE

STANDING = {
    "granted": "Accredited",
    "suspended": "Accreditation suspended",
    "withdrawn": "Accreditation withdrawn",
    "none": "Not accredited",
}


def summary(unit: dict[str, Any], since: str) -> str:
    """What a supervisor should know about one type and level, in plain words."""
    said = list(_standing(unit["standing"]))
    said.append(_passes("first-attempt", unit["first_attempts"], since))
    if unit["re_sits"]["n"]:
        said.append(_passes("re-sit", unit["re_sits"], since))
    if unit["without_result"]:
        said.append(f"{_count(unit['without_result'], 'candidate')} had no result.")
    if unit["not_final"]:
        said.append(f"The result of {unit['not_final']} is not final yet.")
    for line in unit["chain"]:
        said += _chain(line)
    by_others = len(unit["revocations"]["agency_fault_found_by_others"])
    if by_others:
        said.append(
            f"{_count(by_others, 'certificate')} of {unit['revocations']['issued']} revoked for a"
            " fault of the agency that others found."
        )
    said.append("Supervision, second verification and complaints are not on record yet.")
    return " ".join(said)


def _standing(standing: dict[str, Any]) -> Iterator[str]:
    word = STANDING[standing["status"]]
    if not standing["history"]:
        yield f"{word}."
        return
    last = standing["history"][-1]
    yield f"{word} since {last['since']}."
    if last["wind_down_until"] is not None:
        yield f"Exams held before are certificated until {last['wind_down_until']}."


def _chain(line: dict[str, Any]) -> Iterator[str]:
    if line["what"] == WHOLE and line["n"]:
        gaps = ", ".join(f"{link} of {n}" for link, n in line["missing"].items())
        yield (
            f"{line['k']} of {_count(line['n'], 'certificate')} have the whole chain on record"
            + (f" (missing: {gaps})." if gaps else ".")
        )
    if line["what"] == LATE_ENTRIES and line["n"]:
        yield f"{line['k']} of {_count(line['n'], 'statement')} came more than 30 days late."
    if line.get("imported"):
        yield f"{_count(line['imported'], 'statement')} came as accepted history."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _passes(kind: str, share: dict[str, Any], since: str) -> str:
    if share["n"] == 0:
        return f"No {kind} results since {since}."
    told = f"Of {share['n']} {kind} candidates since {since}, {share['k']} passed"
    if not share["assessed"]:
        return f"{told}: too few to assess."
    low, high = share["interval"]
    return (
        f"{told} ({_percent(share['share'])}; with this many candidates the rate behind it may be"
        f" anything from {_percent(low)} to {_percent(high)})."
    )


def _percent(value: float) -> str:
    """In whole percent, but nearly all is not 100 % and nearly none is not 0 %."""
    whole = round(100 * value)
    return f"{100 * value:.1f} %" if whole in (0, 100) and whole != 100 * value else f"{whole} %"
