"""When things happened. What the data set does not say follows from the presentation's start."""

from datetime import date, timedelta
from typing import NamedTuple

from ledger.cli.oulad.records import Presentation

OBJECTION_DAYS = 14
_MARKING = timedelta(days=21)  # from the exam to the results
_PRINTING = timedelta(days=7)  # from the last result of a portion to its publication
_PLANNED = timedelta(days=60)  # before the start
_ANNOUNCED = timedelta(days=30)
_ACCREDITED = timedelta(days=90)
_OBJECTIONS = timedelta(days=OBJECTION_DAYS)


class Portion(NamedTuple):
    """Candidates whose results are published together."""

    students: list[int]
    determined_on: dict[int, date]
    published_on: date

    @property
    def issued_on(self) -> date:
        """The first day after the objection window."""
        return self.published_on + _OBJECTIONS


def planned_on(presentation: Presentation) -> date:
    """When the session was planned."""
    return presentation.start - _PLANNED


def announced_on(presentation: Presentation) -> date:
    """When the session was published."""
    return presentation.start - _ANNOUNCED


def accredited_from(presentations: list[Presentation]) -> date:
    """The first day on which the module's agency was accredited."""
    return min(one.start for one in presentations) - _ACCREDITED


def effective_from(presentation: Presentation, before: Presentation | None) -> date:
    """The first exam date under the standard of a presentation; `before` had the exam before it."""
    if before is None:
        return presentation.start
    return max(presentation.start, before.exam_date + timedelta(days=1))


def portions(presentation: Presentation) -> list[Portion]:
    """Results in the order of their publication.

    Work handed in long after the exam (up to 608 days after the start) does not hold up the others.
    """
    regular = presentation.exam_date + _MARKING
    on_time, late = Portion([], {}, regular + _PRINTING), Portion([], {}, regular)
    last = regular
    for student, one in sorted(presentation.registrations.items()):
        if one.outcome == "Withdrawn":
            continue
        days = [score.day for score in presentation.scores.get(student, ())]
        done = presentation.day(max(days, default=0))
        portion = on_time if done <= regular else late
        portion.students.append(student)
        portion.determined_on[student] = max(done, regular)
        last = max(last, done)
    late = late._replace(published_on=last + _PRINTING)
    return [portion for portion in (on_time, late) if portion.students]


def closed_on(found: list[Portion]) -> date | None:
    """When the session was closed: after the last objection window, if there were results."""
    return max((portion.issued_on for portion in found), default=None)


def history(presentations: list[Presentation]) -> tuple[date, date]:
    """The past period of a module's agency, first and last day."""
    last = accredited_from(presentations)
    for one in presentations:
        days = [score.day for scores in one.scores.values() for score in scores]
        last = max(last, one.exam_date, one.day(max(days, default=0)))
        last = max(last, closed_on(portions(one)) or last)
    return accredited_from(presentations), last
