"""What somebody who looks at the demonstration may try."""

from collections.abc import Iterator, Sequence
from typing import Any

from ledger.cli.demo import catalogue
from ledger.cli.demo.people import Sitting
from ledger.cli.demo.plan import DemoPlan

# The word of the verdict and what there is to see, by fate.
_EXPECTED = {
    "valid": ("valid", "imported history of an accredited agency"),
    "expired": ("expired", "valid for 36 months, which are over"),
    "suspended": ("suspended", "by the agency, which investigates"),
    "reinstated": ("valid", "was suspended, and reinstated"),
    "agency_fault": ("revoked", "for a fault of the agency"),
    "person_fault": ("revoked", "for a reason that is personal and not shown"),
    "order": ("revoked", "by order of the regulator"),
    "withdrawn_issuer": ("valid", "the agency has lost its accreditation since"),
    "late": ("valid", "stated late, and countersigned"),
    "awaiting": ("unknown", "awaits the regulator's consent"),
    "not_issued": ("unknown", "no such certificate: results can still be objected to"),
}
STUDENT = "valid"
"""The fate of the student whose archive is shown."""


def examples(plan: DemoPlan, sat: Sequence[Sitting]) -> dict[str, Any]:
    """Certificates with the word to expect, an agency and a student; `plan` was gone through."""
    chosen = {sitting.fate: sitting for sitting in sat if sitting.student.number < len(_EXPECTED)}
    return {
        "certificates": list(_certificates(plan, chosen)),
        "authority": catalogue.SWIFTGATE.party,
        "student": plan.handle(chosen[STUDENT].student.number),
    }


def _certificates(plan: DemoPlan, chosen: dict[str, Sitting]) -> Iterator[dict[str, Any]]:
    for fate, (word, about) in _EXPECTED.items():
        made = plan.certificate(chosen[fate])
        yield {
            "id": made.certificate,
            "number": made.number,
            "holder_name": chosen[fate].student.name,
            "share": None,
            "expected": word,
            "about": about,
        }
