"""What became of certificates after they were issued."""

from collections.abc import Iterator
from typing import Any

from ledger.cli.demo.people import Sitting
from ledger.cli.demo.session import Made
from ledger.cli.playing.planned import Planned
from ledger.cli.playing.stage import REGULATOR
from ledger.domain.dates import add_days

_FINDERS = ("regulator", "employer", "school")
_AGENCY_CODES = ("issued_in_error", "agency_malpractice", "agency_malpractice", "duplicate")


def fate_of(sitting: Sitting, made: Made, today: str) -> Iterator[Planned]:
    """The statements that follow a certificate."""
    states = _FATES.get(sitting.fate)
    if states is not None:
        yield from states(_Certificate(sitting, made, today))


class _Certificate:
    """One certificate, and ways to state something about it."""

    def __init__(self, sitting: Sitting, made: Made, today: str) -> None:
        self._agency = sitting.offer.agency.party
        self._number = sitting.student.number
        self._made = made
        self._today = today

    def _state(
        self, party: str, verb: str, days_ago: int, *disclosed: tuple[str, Any], **claims: Any
    ) -> Planned:
        """A fact of the last days; its disclosures have salts of their own."""
        day = add_days(self._today, -days_ago)
        ident = self._made.certificate
        claims = {"certificate": ident, f"{verb}_on": day, **claims}
        return Planned(party, f"certificate.{verb}", claims, f"{ident}/{verb}", disclosed)

    def suspended(self) -> Iterator[Planned]:
        reason = ("reason", "The candidate's identity is being checked again.")
        yield self._state(self._agency, "suspended", 12, reason, ground="investigation")

    def reinstated(self) -> Iterator[Planned]:
        yield self._state(self._agency, "suspended", 25, ground="objection")
        yield self._state(self._agency, "reinstated", 10, ("reason", "The objection is settled."))

    def agency_fault(self) -> Iterator[Planned]:
        code = _AGENCY_CODES[self._number % len(_AGENCY_CODES)]
        finder = _FINDERS[self._number % len(_FINDERS)]
        by = REGULATOR if finder == "regulator" else self._agency
        yield self._state(by, "revoked", 20, fault="agency", found_by=finder, code=code)

    def person_fault(self) -> Iterator[Planned]:
        personal = ("code", "candidate_malpractice"), ("reason", "Another person sat the exam.")
        yield self._state(self._agency, "revoked", 15, *personal, fault="person", found_by="agency")

    def order(self) -> Iterator[Planned]:
        yield self._state(
            REGULATOR, "revoked", 8, fault="none", found_by="regulator", code="regulator_order"
        )


_FATES = {
    "suspended": _Certificate.suspended,
    "reinstated": _Certificate.reinstated,
    "agency_fault": _Certificate.agency_fault,
    "person_fault": _Certificate.person_fault,
    "order": _Certificate.order,
}
