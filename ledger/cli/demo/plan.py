"""The demonstration as statements in an order that every rule accepts.

Every statement type of the first version of the rules occurs, but for `rules.adopted`: there is no
second version to adopt.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ledger.cli.demo import catalogue
from ledger.cli.demo.catalogue import AGENCIES, OFFERS, SCHOOLS, Offer, Organisation
from ledger.cli.demo.fates import fate_of
from ledger.cli.demo.people import Sitting
from ledger.cli.demo.session import LATE, Made, Session
from ledger.cli.keys import PartyKey
from ledger.cli.playing.chance import Chance
from ledger.cli.playing.planned import Planned
from ledger.cli.playing.stage import OPERATOR, REGULATOR, Stage
from ledger.cli.playing.statuses import Statuses
from ledger.core.keys import PrivateKey
from ledger.domain.dates import add_days

Dated = tuple[int, list[Planned] | Session]


class DemoPlan:
    """Statements to come; after each full iteration `made` has the certificates by sitting.

    Args:
        today: civil date from which all days are counted.
        deadline: stated time (seconds since 1970) until which history is accepted.
    """

    def __init__(
        self, stage: Stage, chance: Chance, sat: Sequence[Sitting], today: str, deadline: int
    ) -> None:
        self._stage, self._chance, self._sat = stage, chance, sat
        self._today, self._deadline = today, deadline
        self._enrolled: set[int] = set()
        self.made: dict[str, Made] = {}

    def __iter__(self) -> Iterator[Planned]:
        self._enrolled.clear()
        self.made.clear()
        for organisation in (*AGENCIES, *SCHOOLS):
            yield from self._party(organisation)
        yield from self._spare_key()
        for kind in {offer.certificate_type: offer for offer in OFFERS}.values():
            yield self._regulator(
                "certificate_type.defined",
                certificate_type=kind.certificate_type,
                name=kind.name,
                category=kind.category,
            )
        for agency in AGENCIES:
            if agency is not catalogue.MOSSGATE:
                yield self._history(agency)
        for offer in OFFERS:
            yield from self._offer(offer)
        for _, statements in sorted(self._events(), key=lambda event: event[0]):
            yield from statements
        for sitting in self._sat:
            made = self.made.get(sitting.key)
            if made is not None:
                yield from fate_of(sitting, made, self._today)
        yield from self._endings()

    def handle(self, student: int) -> str:
        """A student's public handle."""
        return self._chance.id(f"handle/{student}")

    def certificate(self, sitting: Sitting) -> Made:
        """The certificate of a sitting; where none was issued, one that is in no log."""
        absent = Made(self._chance.id(f"absent/{sitting.key}"), "TW-0000-000000", "")
        return self.made.get(sitting.key, absent)

    def _day(self, offset: int) -> str:
        return add_days(self._today, offset)

    def _regulator(self, type_: str, **claims: Any) -> Planned:
        return Planned(REGULATOR, type_, claims)

    # --- who takes part ---------------------------------------------------------------------------

    def _party(self, one: Organisation) -> Iterator[Planned]:
        yield self._regulator("party.registered", party=one.party, name=one.name, roles=[one.role])
        yield self._key_registered(one.party, self._stage.key(one.party))

    def _key_registered(self, party: str, key: PartyKey) -> Planned:
        return self._regulator("key.registered", party=party, **key.public().claims())

    def _another_key(self, party: str) -> PartyKey:
        """A key that nothing is signed with."""
        seed = self._chance.draw(f"key/{party}")
        return PartyKey(self._stage.origin, party, "statement", PrivateKey.from_seed(seed))

    def _spare_key(self) -> Iterator[Planned]:
        party = catalogue.LOTUS.party
        spare = self._another_key(party)
        yield self._key_registered(party, spare)
        yield Planned(party, "key.retired", {"kid": spare.key.public.thumbprint})

    # --- what they may do -------------------------------------------------------------------------

    def _history(self, agency: Organisation) -> Planned:
        first, last = map(self._day, catalogue.HISTORY)
        claims = {"agency": agency.party, "first_day": first, "last_day": last}
        deadline = {"deadline": self._deadline}
        return Planned(OPERATOR, "history.accepted", {**claims, **deadline}, approved_by=REGULATOR)

    def _offer(self, offer: Offer) -> Iterator[Planned]:
        granted = {
            "agency": offer.agency.party,
            "scope": [offer.scope],
            "effective_from": self._day(catalogue.ACCREDITED),
        }
        standard = self._standard(offer)
        if offer.late:
            yield Planned(
                REGULATOR, "accreditation.granted", {**granted, **LATE}, approved_by=OPERATOR
            )
            yield standard._replace(claims={**standard.claims, **LATE})
            return
        yield self._regulator("accreditation.granted", **granted)
        yield standard

    def _standard(self, offer: Offer, version: int = 1, day: int = catalogue.STANDARD) -> Planned:
        claims = {
            "standard": offer.standard,
            "version": version,
            **offer.scope,
            "title": f"{offer.name}, {offer.level}",
            "parts": list(offer.style.parts),
            "pass_rule": offer.style.pass_rule,
            "objection_days": offer.objection_days,
            "effective_from": self._day(day),
        }
        if offer.valid_months is not None:
            claims["valid_months"] = offer.valid_months
        kind = "standard.published" if version == 1 else "standard.revised"
        return Planned(offer.agency.party, kind, claims, approved_by=REGULATOR)

    # --- what happened ----------------------------------------------------------------------------

    def _events(self) -> Iterator[Dated]:
        """Sessions, and what changes between them, each with its day."""
        statuses = Statuses(self._chance, self._stage.origin)
        where: dict[tuple[str, int], list[Sitting]] = {}
        for sitting in self._sat:
            where.setdefault((sitting.offer.standard, sitting.exam), []).append(sitting)
        for offer in OFFERS:
            for exam in offer.exams:
                sat = where.get((offer.standard, exam), [])
                session = (offer, exam, sat, self._today, self._chance, statuses)
                yield exam, Session(*session, self._enrol, self.made)
        revised = self._standard(catalogue.ROBOTS, 2, catalogue.ROBOTS_REVISED)
        yield catalogue.ROBOTS_REVISED, [revised]
        for verb, day in catalogue.LOGISTICS_STANDING:
            yield day, [self._standing(verb, day)]

    def _enrol(self, sitting: Sitting) -> Iterator[Planned]:
        student = sitting.student
        if student.number in self._enrolled:
            return
        self._enrolled.add(student.number)
        handle = self.handle(student.number)
        person = ("person", self._chance.id(f"person/{student.number}"))
        disclosed = (person, ("name", student.name))
        yield Planned(student.school, "student.enrolled", {"student": handle}, handle, disclosed)

    def _standing(self, verb: str, day: int) -> Planned:
        claims: dict[str, Any] = {
            "agency": catalogue.OLDMILL.party,
            "scope": [catalogue.LOGISTICS.scope],
            "effective_from": self._day(day),
        }
        if verb != "reinstated":
            claims["ground"] = "standards"
        if verb == "withdrawn":
            claims["wind_down_until"] = self._day(catalogue.WIND_DOWN)
        return self._regulator(f"accreditation.{verb}", **claims)

    def _endings(self) -> Iterator[Planned]:
        """An agency gives up: its standard and type end, and so does the party."""
        offer, party = catalogue.OFFICE, catalogue.JUNIPER.party
        standard = {"standard": offer.standard, "version": 1, "last_day": self._today}
        yield Planned(party, "standard.withdrawn", standard, approved_by=REGULATOR)
        yield self._regulator(
            "certificate_type.retired",
            certificate_type=offer.certificate_type,
            retired_on=self._today,
        )
        yield Planned(party, "key.rotated", self._another_key(party).public().claims())
        yield self._regulator("party.closed", party=party)
        lotus = {"party": catalogue.LOTUS.party, "name": catalogue.LOTUS_RENAMED}
        yield self._regulator("party.renamed", **lotus)
