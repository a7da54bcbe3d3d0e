"""One presentation as an exam session: everything that is stated about it, in order."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ledger.cli.oulad import calendar, names
from ledger.cli.oulad.calendar import Portion
from ledger.cli.oulad.parts import unexplained
from ledger.cli.oulad.records import Presentation, Registration, Score
from ledger.cli.playing.chance import Chance
from ledger.cli.playing.planned import Planned
from ledger.cli.playing.statuses import Statuses

PASSES = ("Pass", "Distinction")
REMARK = "The examiners' decision; the recorded marks do not explain it: {}."


class SessionPlan:
    """The statements about one presentation.

    Args:
        version: of the module's standard.
        students: (school, student) enrolled so far; added to.
    """

    def __init__(
        self,
        presentation: Presentation,
        version: int,
        chance: Chance,
        students: set[tuple[str, int]],
        statuses: Statuses,
    ) -> None:
        self._one = presentation
        self._chance = chance
        self._students = students
        self._statuses = statuses
        self._key = f"{presentation.module}/{presentation.code}"
        self._session = chance.id(f"session/{self._key}")
        self._agency = names.agency(presentation.module).party
        kind = names.certificate_type(presentation.module).party
        self._scope = {"certificate_type": kind, "level": "elementary"}
        self._standard = {"standard": kind, "version": version}

    def __iter__(self) -> Iterator[Planned]:
        one, exam = self._one, self._one.exam_date
        planned_on = calendar.planned_on(one).isoformat()
        yield self._step("planned", **self._scope, exam_date=_day(exam), planned_on=planned_on)
        yield self._step("published", published_on=_day(calendar.announced_on(one)))
        for student in sorted(one.registrations):
            yield from self._candidate(one.registrations[student])
        yield self._step("held", held_on=_day(exam))
        portions = calendar.portions(one)
        for portion in portions:
            yield from self._results(portion)
        for portion in portions:
            yield from self._certificates(portion)
        closed_on = calendar.closed_on(portions)
        if closed_on is not None:
            yield self._step("closed", closed_on=_day(closed_on))

    def _step(self, verb: str, **claims: Any) -> Planned:
        return self._state(f"session.{verb}", {"session": self._session, **claims})

    def _state(
        self,
        type_: str,
        claims: dict[str, Any],
        subject: str = "",
        disclosed: Sequence[tuple[str, Any]] = (),
    ) -> Planned:
        return Planned(self._agency, type_, claims, subject, disclosed)

    def _registration(self, student: int) -> str:
        return self._chance.id(f"registration/{self._key}/{student}")

    def _candidate(self, one: Registration) -> Iterator[Planned]:
        """A student's enrolment, the first time, the registration, and all its marks."""
        school, student = names.school(one.region).party, one.student
        person = ("person", self._chance.id(f"person/{school}/{student}"))
        named = (person, ("name", names.holder(student)))
        if (school, student) not in self._students:
            self._students.add((school, student))
            handle = self._chance.id(f"handle/{school}/{student}")
            yield Planned(school, "student.enrolled", {"student": handle}, handle, named)
        ident = self._registration(student)
        claims = {
            "registration": ident,
            "session": self._session,
            "attempt": one.attempt,
            "registered_on": _day(self._one.start),
        }
        yield Planned(school, "candidate.registered", claims, ident, named)
        for score in self._one.scores.get(student, ()):
            yield self._score(ident, score)

    def _score(self, registration: str, score: Score) -> Planned:
        part = self._one.parts[score.part].part
        day = _day(self._one.day(score.day))
        claims = {"registration": registration, "part": part, "assessed_on": day}
        return self._state("score.recorded", claims, registration, [(f"mark.{part}", score.mark)])

    def _marks(self, student: int) -> list[tuple[str, int]]:
        scores = self._one.scores.get(student, ())
        return [(self._one.parts[score.part].part, score.mark) for score in scores]

    def _results(self, portion: Portion) -> Iterator[Planned]:
        for student in portion.students:
            yield self._result(student, portion.determined_on[student])
        claims = {"session": self._session, "published_on": _day(portion.published_on)}
        yield self._state("results.published", claims)

    def _result(self, student: int, day: date) -> Planned:
        passed = self._one.registrations[student].outcome in PASSES
        marks = self._marks(student)
        ident = self._registration(student)
        claims = {
            "registration": ident,
            **self._standard,
            "outcome": "pass" if passed else "fail",
            "parts": [part for part, _ in marks],
            "determined_on": _day(day),
        }
        disclosed: list[tuple[str, Any]] = [(f"mark.{part}", mark) for part, mark in marks]
        if passed:
            disclosed.append(("grade", self._one.registrations[student].outcome.lower()))
            reasons = remarks(self._one, student)
            if reasons:
                disclosed.append(("remark", REMARK.format(", ".join(reasons))))
        return self._state("result.determined", claims, ident, disclosed)

    def _certificates(self, portion: Portion) -> Iterator[Planned]:
        for student in portion.students:
            if self._one.registrations[student].outcome in PASSES:
                yield self._certificate(student, portion.issued_on)

    def _certificate(self, student: int, day: date) -> Planned:
        ident = self._registration(student)
        claims = {
            "certificate": self._chance.id(f"certificate/{self._key}/{student}"),
            "number": self._statuses.number(self._one.module, day.year),
            "registration": ident,
            **self._scope,
            **self._standard,
            "exam_date": _day(self._one.exam_date),
            "issued_on": _day(day),
            "vct": self._statuses.vct,
            "status": self._statuses.entry(self._agency, day.year),
        }
        disclosed: list[tuple[str, Any]] = [
            ("name", names.holder(student)),
            *((f"mark.{part}", mark) for part, mark in self._marks(student)),
            ("grade", self._one.registrations[student].outcome.lower()),
        ]
        return self._state("certificate.issued", claims, ident, disclosed)


def remarks(presentation: Presentation, student: int) -> list[str]:
    """Why the marks do not explain a student's pass; empty where they do, and for no pass."""
    if presentation.registrations[student].outcome not in PASSES:
        return []
    marks = {score.part: score.mark for score in presentation.scores.get(student, ())}
    return unexplained(presentation.parts, marks)


def _day(day: date) -> str:
    return day.isoformat()
