"""One session: everything that is stated about it, in order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from ledger.cli.demo.catalogue import ROBOTS, ROBOTS_REVISED, Offer
from ledger.cli.demo.people import Sitting
from ledger.cli.playing.chance import Chance
from ledger.cli.playing.planned import Planned
from ledger.cli.playing.stage import REGULATOR
from ledger.cli.playing.statuses import Statuses
from ledger.domain.dates import add_days, add_months

# Days from the exam.
PLANNED, ANNOUNCED, REGISTERED = -60, -45, -20
DETERMINED, PUBLISHED = 3, 4
LATE = {"late_reason": "delayed_records"}


class Enrolled(Protocol):
    """Enrols students the first time that they are registered."""

    def __call__(self, sitting: Sitting) -> Iterator[Planned]:
        """The statement, if it is the first time."""
        ...


class Made(NamedTuple):
    """A certificate as it was planned."""

    certificate: str
    number: str
    issued_on: str


class Session:
    """The statements about one session.

    Args:
        today: civil date on which the demonstration is made.
        enrolled: enrols a student.
        made: certificates by the sitting's key; added to.
    """

    def __init__(
        self,
        offer: Offer,
        exam: int,
        sat: Sequence[Sitting],
        today: str,
        chance: Chance,
        statuses: Statuses,
        enrolled: Enrolled,
        made: dict[str, Made],
    ) -> None:
        self._offer, self._exam, self._sat, self._today = offer, exam, sat, today
        self._chance, self._statuses = chance, statuses
        self._enrolled, self._made = enrolled, made
        self._ident = chance.id(f"session/{offer.standard}/{exam}")

    def __iter__(self) -> Iterator[Planned]:
        exam, scope = self._day(0), self._offer.scope
        # What is still to come cannot have been planned sixty days before.
        planned, announced, registered = (
            self._day(min(day, -self._exam - before))
            for day, before in ((PLANNED, 20), (ANNOUNCED, 10), (REGISTERED, 3))
        )
        yield self._step("session.planned", **scope, exam_date=exam, planned_on=planned)
        yield self._step("session.published", published_on=announced)
        for sitting in self._sat:
            yield from self._enrolled(sitting)
            yield self._registered(sitting, registered)
        if self._exam > 0:
            return
        for sitting in self._sat:
            yield from self._scores(sitting)
        yield self._step("session.held", held_on=exam)
        for sitting in self._sat:
            yield self._result(sitting)
        yield self._step("results.published", published_on=self._day(PUBLISHED))
        issued = PUBLISHED + self._offer.objection_days
        if self._exam + issued < 0:
            for sitting in self._sat:
                if sitting.passed:
                    yield self._certificate(sitting, self._day(issued))
            yield self._step("session.closed", closed_on=self._day(issued))

    def _day(self, offset: int) -> str:
        return add_days(self._today, self._exam + offset)

    def _step(self, type_: str, **claims: Any) -> Planned:
        return self._state(type_, {"session": self._ident, **claims})

    def _state(
        self,
        type_: str,
        claims: Mapping[str, Any],
        subject: str = "",
        disclosed: Sequence[tuple[str, Any]] = (),
        party: str = "",
    ) -> Planned:
        party = party or self._offer.agency.party
        if self._offer.late:  # nobody accepted these records as history: each is countersigned
            return Planned(party, type_, {**claims, **LATE}, subject, disclosed, REGULATOR)
        return Planned(party, type_, claims, subject, disclosed)

    def _registration(self, sitting: Sitting) -> str:
        return self._chance.id(f"registration/{sitting.key}")

    def _registered(self, sitting: Sitting, day: str) -> Planned:
        ident, student = self._registration(sitting), sitting.student
        claims = {
            "registration": ident,
            "session": self._ident,
            "attempt": sitting.attempt,
            "registered_on": day,
        }
        person = ("person", self._chance.id(f"person/{student.number}"))
        disclosed = (person, ("name", student.name))
        return self._state("candidate.registered", claims, ident, disclosed, student.school)

    def _scores(self, sitting: Sitting) -> Iterator[Planned]:
        ident = self._registration(sitting)
        for part, mark in sitting.marks.items():
            claims = {"registration": ident, "part": part, "assessed_on": self._day(0)}
            yield self._state("score.recorded", claims, ident, [(f"mark.{part}", mark)])

    def _standard(self) -> dict[str, Any]:
        revised = self._offer is ROBOTS and self._exam >= ROBOTS_REVISED
        return {"standard": self._offer.standard, "version": 2 if revised else 1}

    def _disclosed(self, sitting: Sitting) -> list[tuple[str, Any]]:
        marks = [(f"mark.{part}", mark) for part, mark in sitting.marks.items()]
        return [*marks, ("grade", "pass")] if sitting.passed else marks

    def _result(self, sitting: Sitting) -> Planned:
        ident = self._registration(sitting)
        claims = {
            "registration": ident,
            **self._standard(),
            "outcome": "pass" if sitting.passed else "fail",
            "parts": list(sitting.marks),
            "determined_on": self._day(DETERMINED),
        }
        disclosed = self._disclosed(sitting)
        if sitting.passed and not self._offer.style.totals:
            disclosed.append(("remark", "The examiners agree that the work is of the level."))
        return self._state("result.determined", claims, ident, disclosed)

    def _certificate(self, sitting: Sitting, day: str) -> Planned:
        ident, agency, year = self._registration(sitting), self._offer.agency, int(day[:4])
        months = self._offer.valid_months
        made = Made(
            self._chance.id(f"certificate/{ident}"), self._statuses.number(agency.prefix, year), day
        )
        self._made[sitting.key] = made
        claims = {
            "certificate": made.certificate,
            "number": made.number,
            "registration": ident,
            **self._offer.scope,
            **self._standard(),
            "exam_date": self._day(0),
            "issued_on": day,
            **({} if months is None else {"valid_until": add_months(day, months)}),
            "vct": self._statuses.vct,
            "status": self._statuses.entry(agency.party, year),
        }
        disclosed = [("name", sitting.student.name), *self._disclosed(sitting)]
        planned = self._state("certificate.issued", claims, ident, disclosed)
        # One stays without the consent that it needs: it awaits it, and is not there yet.
        return planned._replace(approved_by=None) if sitting.fate == "awaiting" else planned
