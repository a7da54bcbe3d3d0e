"""The data set as statements in an order that every rule accepts.

First who takes part, then module by module what is examined, then session by session, by exam date:
planned and announced, students enrolled and registered, marks, the exam held, results and their
publication, certificates, closed.

A plan is the same each time it is made from the same data with the same secret.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.cli.oulad import calendar, names
from ledger.cli.oulad.parts import specs
from ledger.cli.oulad.records import Dataset, Presentation
from ledger.cli.oulad.session import SessionPlan
from ledger.cli.playing.chance import Chance
from ledger.cli.playing.planned import Planned
from ledger.cli.playing.statuses import Statuses

LEVEL = "elementary"
SOURCE = "Open University Learning Analytics Dataset"


class Cast(NamedTuple):
    """Who takes part besides agencies and schools."""

    origin: str
    operator: str
    regulator: str


class Plan:
    """Statements to come from one data set.

    Args:
        proofs: key and proof of possession of each party, as `key.registered` states them.
        deadline: stated time (seconds since 1970) until which history is accepted.
    """

    def __init__(
        self,
        data: Dataset,
        cast: Cast,
        chance: Chance,
        proofs: Mapping[str, Mapping[str, str]],
        deadline: int,
    ) -> None:
        self._data = data
        self._cast = cast
        self._chance = chance
        self._proofs = proofs
        self._deadline = deadline

    def __iter__(self) -> Iterator[Planned]:
        modules = self._data.modules()
        for organisation, role in organisations(self._data):
            yield from self._party(organisation, role)
        for module, presentations in modules.items():
            yield from self._module(module, presentations)
        versions = {
            (one.module, one.code): n
            for presentations in modules.values()
            for n, one in enumerate(presentations, 1)
        }
        students: set[tuple[str, int]] = set()
        statuses = Statuses(self._chance, self._cast.origin)
        for key, one in self._data.presentations.items():
            yield from SessionPlan(one, versions[key], self._chance, students, statuses)

    def _by_regulator(self, type_: str, **claims: Any) -> Planned:
        return Planned(self._cast.regulator, type_, claims)

    def _party(self, organisation: names.Organisation, role: str) -> Iterator[Planned]:
        party, name = organisation
        yield self._by_regulator("party.registered", party=party, name=name, roles=[role])
        yield self._by_regulator("key.registered", party=party, **self._proofs[party])

    def _module(self, module: str, presentations: Sequence[Presentation]) -> Iterator[Planned]:
        agency, kind = names.agency(module).party, names.certificate_type(module)
        scope = {"certificate_type": kind.party, "level": LEVEL}
        first, last = calendar.history(list(presentations))
        yield self._by_regulator(
            "certificate_type.defined",
            certificate_type=kind.party,
            name=kind.name,
            category="vocational",
            source=SOURCE,
        )
        history = {"first_day": first.isoformat(), "last_day": last.isoformat()}
        yield Planned(
            self._cast.operator,
            "history.accepted",
            {"agency": agency, **history, "deadline": self._deadline},
            approved_by=self._cast.regulator,
        )
        yield self._by_regulator(
            "accreditation.granted", agency=agency, scope=[scope], effective_from=first.isoformat()
        )
        before = None
        for version, one in enumerate(presentations, 1):
            yield self._standard(agency, scope, version, one, before)
            before = one

    def _standard(
        self,
        agency: str,
        scope: Mapping[str, str],
        version: int,
        presentation: Presentation,
        before: Presentation | None,
    ) -> Planned:
        claims = {
            "standard": scope["certificate_type"],
            "version": version,
            **scope,
            "title": f"Module {presentation.module}, presentation {presentation.code}",
            "parts": specs(presentation.parts),
            "pass_rule": {"kind": "decision"},
            "objection_days": calendar.OBJECTION_DAYS,
            "effective_from": calendar.effective_from(presentation, before).isoformat(),
        }
        kind = "standard.published" if before is None else "standard.revised"
        return Planned(agency, kind, claims, approved_by=self._cast.regulator)


def organisations(data: Dataset) -> list[tuple[names.Organisation, str]]:
    """Every agency and school with its role."""
    agencies = [(names.agency(module), "agency") for module in data.modules()]
    return [*agencies, *((names.school(region), "school") for region in data.regions())]
