"""Students enrolled at a school, and candidates registered for a session.

The person's id is disclosed only here. A registration never cites its enrolment: that both are one
person is known to the schools, the key store and an auditor with the vault.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.case import Case, Disclosed, Found, People, Stated
from ledger.domain.errors import Broken
from ledger.domain.kinds import DATE, NAME, RANDOM_ID, Field, Integer, Text
from ledger.domain.records import Record, Registration, Session, Student, key_of
from ledger.domain.registry import StatementType, rule
from ledger.domain.sessions import SESSION, session_chain

IDENTITY = Field(
    "identity", Text("identity number", 1, 40), "Number of an identity document.", required=False
)
HOLDER = Field("name", NAME, "The person's name, bytes as given.")
PERSON = Field("person", RANDOM_ID, "Id of the person: 128 random bits drawn by the school.")


def enrolled_key(school: str, person: str) -> str:
    """Key of the private fact who (handle) a person id is at a school."""
    return f"enrolled/{school}/{person}"


def sat_key(session: str, handle: str) -> str:
    """Key of the private fact with which registration a student takes part in a session."""
    return f"sat/{session}/{handle}"


def student_of_key(registration: str) -> str:
    """Key of the private fact whose (handle) a registration is."""
    return f"student-of/{registration}"


def pending_of_key(leaf: str) -> str:
    """Key of the private fact whom the registration that awaits consent, by its leaf, is about."""
    return f"pending-of/{leaf}"


def subject_of_registration(case: Case) -> str | None:
    """Handle of the student whose registration the statement names."""
    return case.people.get(student_of_key(case.claims["registration"]))


def reads_subject(stated: Stated, _: Found, __: People, ___: Disclosed) -> Iterator[str]:
    """Key of the private fact that :func:`subject_of_registration` reads."""
    yield student_of_key(stated.claims["registration"])


# --- student.enrolled -----------------------------------------------------------------------------


def _reads_student(stated: Stated, _: Found) -> Iterator[str]:
    yield key_of(Student, stated.claims["student"])


@rule("P70", "student-exists", "A student's handle is used once.")
def _new_student(case: Case) -> None:
    known = case.get(Student, case.claims["student"])
    if known is not None:
        raise Broken(
            "a student with this handle is enrolled",
            where="student",
            fact=known.position,
            instead="draw another random handle",
        )


def _reads_enrolled(stated: Stated, _: Found, __: People, disclosed: Disclosed) -> Iterator[str]:
    yield enrolled_key(stated.party, disclosed["person"].value)


@rule("D10", "person-enrolled-before", "A person is enrolled at a school once.")
def _enrolled_once(case: Case) -> None:
    key = enrolled_key(case.party, case.disclosed("person").value)
    if case.people.get(key) is not None:
        raise Broken(
            "this person id is enrolled here under another handle",
            where="person",
            instead="use the student's first enrolment",
        )


STUDENT_ENROLLED = StatementType(
    name="student.enrolled",
    signers=("school",),
    doc="A school keeps a record of a person, under a random public handle.",
    fields=(Field("student", RANDOM_ID, "The student's public handle, random."),),
    disclosed=(
        PERSON,
        HOLDER,
        IDENTITY,
        Field("born_on", DATE, "Date of birth.", required=False),
    ),
    reads=_reads_student,
    rules=(_new_student,),
    fold=lambda case: {key_of(Student, case.claims["student"]): Student(case.party, case.position)},
    stream=lambda stated, _: f"student/{stated.claims['student']}",
    subject=lambda case: case.claims["student"],
    people_reads=_reads_enrolled,
    disclosed_rules=(_enrolled_once,),
    people_fold=lambda case: {
        enrolled_key(case.party, case.disclosed("person").value): case.claims["student"]
    },
)

# --- candidate.registered -------------------------------------------------------------------------


def _reads_registered(stated: Stated, found: Found) -> Iterator[str]:
    yield key_of(Registration, stated.claims["registration"])
    yield from session_chain(stated.claims["session"], found)


@rule("P71", "registration-exists", "A registration's id is used once.")
def _new_registration(case: Case) -> None:
    known = case.get(Registration, case.claims["registration"])
    if known is not None:
        raise Broken(
            "this registration exists",
            where="registration",
            fact=known.position,
            instead="draw another random id",
        )


@rule("P72", "registration-closed", "Candidates are registered while the session is published.")
def _open_for_registration(case: Case) -> None:
    session = case.get(Session, case.claims["session"])
    if session is None:
        raise Broken("no such session", where="session")
    if session.stage != "published":
        raise Broken(f"the session is {session.stage}", where="session", fact=session.position)
    if case.claims["registered_on"] > session.exam_date:
        raise Broken(
            f"the exam was on {session.exam_date}", where="registered_on", fact=session.position
        )


def _agency_of_session(stated: Stated, found: Found) -> str | None:
    session = found.get(key_of(Session, stated.claims["session"]))
    return session.agency if isinstance(session, Session) else None


def _fold_registered(case: Case) -> dict[str, Record]:
    claims = case.claims
    record = Registration(
        claims["session"],
        case.party,
        claims["attempt"],
        case.stated.digests,
        {},
        None,
        None,
        case.position,
    )
    return {key_of(Registration, claims["registration"]): record}


def _reads_people(stated: Stated, _: Found, people: People, disclosed: Disclosed) -> Iterator[str]:
    enrolled = enrolled_key(stated.party, disclosed["person"].value)
    yield enrolled
    handle = people.get(enrolled)
    if handle is not None:
        yield sat_key(stated.claims["session"], handle)


@rule("D11", "not-enrolled", "A school registers persons who are enrolled there.")
def _enrolled_here(case: Case) -> None:
    if case.people.get(enrolled_key(case.party, case.disclosed("person").value)) is None:
        raise Broken(
            "this person id is not enrolled at the school",
            where="person",
            instead="state student.enrolled first, with the same person id",
        )


def _handle(case: Case) -> str:
    handle = case.people[enrolled_key(case.party, case.disclosed("person").value)]
    assert handle is not None
    return handle


@rule("D12", "registered-twice", "A person is registered for a session once.")
def _registered_once(case: Case) -> None:
    if case.people.get(sat_key(case.claims["session"], _handle(case))) is not None:
        raise Broken("this person is registered for the session", where="person")


def _remember(case: Case) -> dict[str, str]:
    registration, handle = case.claims["registration"], _handle(case)
    return {
        sat_key(case.claims["session"], handle): registration,
        student_of_key(registration): handle,
    }


CANDIDATE_REGISTERED = StatementType(
    name="candidate.registered",
    signers=("school",),
    doc="A school registers a candidate for a session, for the first time or to sit again.",
    fields=(
        Field("registration", RANDOM_ID, "Random id that the candidate's scores and result share."),
        SESSION,
        Field(
            "attempt",
            Integer("attempt", 1, 99),
            "1 for the first attempt, 2 for a re-sit, and so on.",
        ),
        Field("registered_on", DATE, "When the school registered the candidate."),
    ),
    disclosed=(PERSON, HOLDER, IDENTITY),
    claimed="registered_on",
    agency=_agency_of_session,
    reads=_reads_registered,
    rules=(_new_registration, _open_for_registration),
    fold=_fold_registered,
    stream=lambda stated, _: f"registration/{stated.claims['registration']}",
    subject=_handle,
    people_reads=_reads_people,
    disclosed_rules=(_enrolled_here, _registered_once),
    people_fold=_remember,
)

TYPES = (STUDENT_ENROLLED, CANDIDATE_REGISTERED)
