"""What the data set says, in this field's words."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

MAXIMUM = 100
"""Highest mark of every part."""

START_OF = {"B": (2, 1), "J": (10, 1)}  # month and day, by the letter of a presentation
_is_presentation = re.compile(r"(20[0-9]{2})([BJ])").fullmatch


def start_of(code: str) -> date | None:
    """The first day of a presentation such as 2013J; `None` where the code is none."""
    match = _is_presentation(code)
    return None if match is None else date(int(match[1]), *START_OF[match[2]])


class Part(NamedTuple):
    """An assessment, as a part of the exam.

    Attributes:
        part: its id in the standard, such as tma-1752.
        component: coursework, exam, or a second exam's own.
        weight: in its component; `None` where it does not count.
    """

    part: str
    component: str
    weight: Decimal | None


class Registration(NamedTuple):
    """A candidate in one session, from that line; `outcome` as the data set has it."""

    student: int
    region: str
    attempt: int
    outcome: str  # Pass, Distinction, Fail, Withdrawn
    line: int


class Score(NamedTuple):
    """A mark in one part (index into `Presentation.parts`), and the day since the start."""

    part: int
    day: int
    mark: int


@dataclass(slots=True)
class Presentation:
    """One presentation of a module: an exam session."""

    module: str
    code: str
    start: date
    length: int  # days
    parts: list[Part] = field(default_factory=list)
    registrations: dict[int, Registration] = field(default_factory=dict)  # by student
    scores: dict[int, list[Score]] = field(default_factory=dict)  # by student

    @property
    def exam_date(self) -> date:
        """The exam's civil date: none is given, so it is the end of the presentation."""
        return self.day(self.length)

    def day(self, number: int) -> date:
        """The civil date of a day counted from the start."""
        return self.start + timedelta(days=number)


class LeftOut(NamedTuple):
    """A row that is not imported."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class Dataset:
    """Presentations by (module, code), in the order of their exam dates, and what is left out."""

    presentations: dict[tuple[str, str], Presentation] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    info_file: str = ""  # where the candidates stand

    def modules(self) -> dict[str, list[Presentation]]:
        """Presentations by module, each module's in the order of their exam dates."""
        found: dict[str, list[Presentation]] = {}
        for presentation in self.presentations.values():
            found.setdefault(presentation.module, []).append(presentation)
        return dict(sorted(found.items()))

    def regions(self) -> list[str]:
        """The regions of all candidates."""
        return sorted(
            {one.region for p in self.presentations.values() for one in p.registrations.values()}
        )
