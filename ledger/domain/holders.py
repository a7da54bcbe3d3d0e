"""Whose key opens a statement's disclosures.

The ledger's database says nowhere which student a registration belongs to: that is a private fact,
which dies with the student's key. So the holder is found anew at each reading.
"""

from __future__ import annotations

from ledger.core.statement import Statement
from ledger.domain.admission import Load, LoadPerson
from ledger.domain.candidates import pending_of_key, student_of_key
from ledger.domain.records import Certificate, key_of


def holder_of(statement: Statement, load: Load, load_person: LoadPerson) -> str | None:
    """Handle of the student whom the statement's disclosures are about.

    Args:
        statement: an admitted one, or what became of it where somebody damaged the database.
        load: the record under a key.
        load_person: the private fact under a key.

    Returns:
        ``None`` where they are about no student (their key is the statement's own), or where the
        student was erased.
    """
    if statement.type == "student.enrolled":
        return _text(statement, "student")
    if statement.type == "candidate.registered":
        waited = load_person(pending_of_key(statement.leaf_id))
        if waited is not None:
            return waited
    registration, ident = _text(statement, "registration"), _text(statement, "certificate")
    if registration is None and ident is not None:
        certificate = load(key_of(Certificate, ident))
        registration = certificate.registration if isinstance(certificate, Certificate) else None
    return None if registration is None else load_person(student_of_key(registration))


def _text(statement: Statement, name: str) -> str | None:
    value = statement.claims.get(name)
    return value if isinstance(value, str) else None
