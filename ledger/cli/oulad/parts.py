"""Assessments as parts of a standard, and whether marks explain a pass.

Coursework is one component of 100, the exam another. A second exam of 100 is a component of its
own. Where nothing in a component has a weight, its parts do not count.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from ledger.cli.errors import Failure
from ledger.cli.oulad.records import MAXIMUM, Part

COURSEWORK = "coursework"
EXAM = "exam"
MAX_PARTS = 60
ENOUGH = 40
"""Weighted marks, of 100, that explain a pass."""


class Assessment(NamedTuple):
    """A row of the table of assessments; `kind` is TMA, CMA or Exam."""

    ident: int
    kind: str
    weight: Decimal


def parts_of(assessments: Sequence[Assessment], where: str) -> list[Part]:
    """The parts of one presentation's standard, in the table's order.

    Raises:
        Failure: the weights of a component do not add up to 100.
    """
    if len(assessments) > MAX_PARTS:
        raise Failure(f"{where} has {len(assessments)} assessments; a standard has {MAX_PARTS}")
    several = sum(one.weight for one in assessments if one.kind == "Exam") > MAXIMUM
    exams = 0
    parts = []
    for one in assessments:
        exams += one.kind == "Exam"
        component = COURSEWORK if one.kind != "Exam" else EXAM
        if component == EXAM and several and exams > 1:
            component = f"{EXAM}-{exams}"
        name = f"{one.kind.lower()}-{one.ident}"
        parts.append(Part(name, component, one.weight or None))
    for component, weights in _weights(parts).items():
        if sum(weights) != MAXIMUM:
            found = f"weights of {component} add up to {sum(weights)}, not 100"
            raise Failure(f"{where}: {found}")
    return parts


def _weights(parts: Iterable[Part]) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = {}
    for part in parts:
        if part.weight is not None:
            found.setdefault(part.component, []).append(part.weight)
    return found


def specs(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """The parts as a standard states them."""
    return [
        {
            "part": part.part,
            "component": part.component,
            "maximum": MAXIMUM,
            **({} if part.weight is None else {"weight": shown(part.weight)}),
        }
        for part in parts
    ]


def shown(number: Decimal) -> str:
    """A decimal number without an exponent and without zeros at its end."""
    text = f"{number:.4f}".rstrip("0").rstrip(".")
    return text or "0"


def unexplained(parts: Sequence[Part], marks: Mapping[int, int]) -> list[str]:
    """Why the marks (by index of the part) do not explain a pass; empty where they do."""
    if not marks:
        return ["no marks"]
    exams = {index for index, part in enumerate(parts) if part.component != COURSEWORK}
    reasons = ["no exam mark"] if exams and exams.isdisjoint(marks) else []
    totals: dict[str, Decimal] = {}
    for index, mark in marks.items():
        weight = parts[index].weight
        if weight is not None:
            component = parts[index].component
            totals[component] = totals.get(component, Decimal(0)) + weight * mark / MAXIMUM
    low = [name for name, total in totals.items() if total < ENOUGH]
    return [*reasons, *(f"weighted marks of {name} below {ENOUGH}" for name in sorted(low))]
