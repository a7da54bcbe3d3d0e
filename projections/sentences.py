"""A sentence for a supervisor, made from the numbers of a credibility view and nothing else."""

from __future__ import annotations

from typing import Any

STANDING = {
    "granted": "Accredited.",
    "suspended": "Accreditation suspended.",
    "withdrawn": "Accreditation withdrawn.",
    "none": "Not accredited.",
}


def summary(unit: dict[str, Any], since: str) -> str:
    """What a supervisor should know about one type and level, in plain words."""
    said = [STANDING[unit["standing"]["status"]]]
    said.append(_passes("first-attempt", unit["first_attempts"], since))
    if unit["re_sits"]["n"]:
        said.append(_passes("re-sit", unit["re_sits"], since))
    if unit["without_result"]:
        said.append(f"{_count(unit['without_result'], 'candidate')} had no result.")
    by_others = len(unit["revocations"]["agency_fault_found_by_others"])
    if by_others:
        said.append(
            f"{_count(by_others, 'certificate')} of {unit['revocations']['issued']} revoked for a"
            " fault of the agency that others found."
        )
    return " ".join(said)


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
    return f"{round(100 * value)} %"
