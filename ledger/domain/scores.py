"""Part scores, results and their publication.

A mark is always a disclosure, ``mark.<part>``. A result repeats the disclosures of the marks that it
rests on verbatim, so that equality of digests is a rule that anybody can replay.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.candidates import reads_subject, subject_of_registration
from ledger.domain.case import Case, Found, Stated
from ledger.domain.errors import Broken
from ledger.domain.kinds import DATE, NAME, PROSE, RANDOM_ID, SLUG, Choice, Field, Integer, ListOf
from ledger.domain.passing import passes
from ledger.domain.records import Record, Registration, Session, key_of
from ledger.domain.registry import StatementType, issuing_agency, rule
from ledger.domain.sessions import (
    SESSION,
    in_stage,
    own_session,
    session_chain,
    standard_of,
)

REGISTRATION = Field("registration", RANDOM_ID, "The candidate's registration.")
MARK = Field(
    "mark.*", Integer("mark", 0, 1_000_000), "Mark of one exam part, in the standard's unit.", False
)
GRADE = Field("grade", NAME, "Grade in words, such as distinction.", False)
MAX_PUBLICATIONS = 100


def registration_chain(ident: str, found: Found) -> Iterator[str]:
    """Keys of a registration, its session and its standard."""
    key = key_of(Registration, ident)
    yield key
    registration = found.get(key)
    if isinstance(registration, Registration):
        yield from session_chain(registration.session, found)


def _reads(stated: Stated, found: Found) -> Iterator[str]:
    yield from registration_chain(stated.claims["registration"], found)


def _stream(stated: Stated, _: Found) -> str:
    return f"registration/{stated.claims['registration']}"


def registration_of(case: Case) -> Registration:
    """The registration that the statement names; rule P80 has shown that it exists."""
    return case.need(Registration, case.claims["registration"])


def session_of(case: Case) -> Session:
    """The session of that registration."""
    return case.need(Session, registration_of(case).session)


@rule("P80", "registration-unknown", "The registration exists, in a session of the signer.")
def own_registration(case: Case) -> None:
    """Rule P80."""
    registration = case.get(Registration, case.claims["registration"])
    if registration is None:
        raise Broken("no such registration", where="registration",
                     instead="the school states candidate.registered first")  # fmt: skip
    session = case.need(Session, registration.session)
    if session.agency != case.party:
        raise Broken(f"the session is {session.agency!r}'s", where="registration",
                     fact=session.position)  # fmt: skip


# --- score.recorded -------------------------------------------------------------------------------


@rule("P81", "scoring-closed", "Marks are recorded from the session's publication until its results.")
def _scoring_open(case: Case) -> None:
    session = session_of(case)
    if session.stage not in ("published", "held"):
        raise Broken(f"the session is {session.stage}", where="registration", fact=session.position)
    result = registration_of(case).result
    if result is not None:
        raise Broken("the result is determined", where="registration", fact=result[0])


@rule("P82", "part-unknown", "The part is one of the standard that the session examines under.")
def _known_part(case: Case) -> None:
    session = session_of(case)
    parts = [spec["part"] for spec in standard_of(case, session).parts]
    if case.claims["part"] not in parts:
        raise Broken(
            f"{session.standard!r} version {session.version} has the parts {', '.join(parts)}",
            where="part",
            fact=standard_of(case, session).position,
        )


@rule("P83", "part-scored-before", "Each part is scored once.")
def _not_scored(case: Case) -> None:
    if case.claims["part"] in registration_of(case).scores:
        raise Broken("this part has a mark", where="part", fact=registration_of(case).position)


@rule("P84", "one-mark", "A score discloses exactly one mark.")
def _one_digest(case: Case) -> None:
    if len(case.stated.digests) != 1:
        raise Broken("a score has one disclosure, mark.<part>", where="_sd")


@rule("D20", "mark-of-another-part", "The mark disclosed is that of the part.")
def _mark_of_part(case: Case) -> None:
    assert case.opened is not None
    need = f"mark.{case.claims['part']}"
    if need not in case.opened:
        raise Broken(f"the disclosure must be named {need!r}", where=min(case.opened))


@rule("D21", "score-out-of-bounds", "A mark lies from 0 to the part's maximum.")
def _within_bounds(case: Case) -> None:
    name = f"mark.{case.claims['part']}"
    for spec in standard_of(case, session_of(case)).parts:
        if spec["part"] == case.claims["part"] and case.disclosed(name).value > spec["maximum"]:
            raise Broken(f"the highest mark of this part is {spec['maximum']}", where=name)


def _fold_score(case: Case) -> dict[str, Record]:
    registration = registration_of(case)
    scores = {**registration.scores, case.claims["part"]: case.stated.digests[0]}
    key = key_of(Registration, case.claims["registration"])
    return {key: registration._replace(scores=scores)}


SCORE_RECORDED = StatementType(
    name="score.recorded",
    signers=("agency",),
    doc="The mark of one candidate in one part.",
    fields=(
        REGISTRATION,
        Field("part", SLUG, "Part of the standard."),
        Field("assessed_on", DATE, "When the work was handed in or the part was sat."),
    ),
    disclosed=(MARK,),
    claimed="assessed_on",
    agency=issuing_agency,
    reads=_reads,
    rules=(own_registration, _scoring_open, _known_part, _not_scored, _one_digest),
    fold=_fold_score,
    stream=_stream,
    subject=subject_of_registration,
    people_reads=reads_subject,
    disclosed_rules=(_mark_of_part, _within_bounds),
)

# --- result.determined ----------------------------------------------------------------------------


@rule("P85", "session-not-held", "Results are determined after the exam was held, before the session closes.")
def _held(case: Case) -> None:
    session = session_of(case)
    if session.stage != "held":
        raise Broken(f"the session is {session.stage}", where="registration", fact=session.position)
    assert session.held_on is not None
    if case.claims["determined_on"] < session.held_on:
        raise Broken(f"the exam was held on {session.held_on}", where="determined_on")


@rule("P86", "result-exists", "A registration has one result.")
def _no_result(case: Case) -> None:
    result = registration_of(case).result
    if result is not None:
        raise Broken("the result is determined", where="registration", fact=result[0])


@rule("P87", "other-standard", "A result cites the standard in force on the exam's civil date.")
def _right_standard(case: Case) -> None:
    session = session_of(case)
    if (case.claims["standard"], case.claims["version"]) != (session.standard, session.version):
        raise Broken(
            f"in force on the exam date is {session.standard!r} version {session.version}",
            where="standard",
            fact=standard_of(case, session).position,
        )


@rule("P88", "marks-not-recorded", "A result rests on all recorded marks and repeats them verbatim.")
def _all_marks(case: Case) -> None:
    scores = registration_of(case).scores
    if set(case.claims["parts"]) != scores.keys():
        parts = ", ".join(sorted(scores)) or "none"
        raise Broken(f"parts with a recorded mark: {parts}", where="parts",
                     instead="record the marks first; leave out parts that have none")  # fmt: skip
    if not set(scores.values()) <= set(case.stated.digests):
        raise Broken("a recorded mark is not repeated", where="_sd",
                     instead="send the disclosures of score.recorded again, byte for byte")  # fmt: skip


@rule("D22", "marks-not-repeated", "Each mark disclosed with a result is the recorded one.")
def same_marks(case: Case) -> None:
    """Rule D22."""
    assert case.opened is not None
    scores = registration_of(case).scores
    for name, disclosure in case.opened.items():
        if name.startswith("mark.") and scores.get(name[5:]) != disclosure.digest:
            raise Broken("this is not the disclosure of the recorded mark", where=name)


@rule("D23", "outcome-against-pass-rule", "The outcome is what the standard's pass rule gives for the marks.")
def _outcome_follows(case: Case) -> None:
    assert case.opened is not None
    standard = standard_of(case, session_of(case))
    marks = {part: case.opened[f"mark.{part}"].value for part in case.claims["parts"]}
    passed = passes(standard.parts, standard.pass_rule, marks)
    if passed is not None and passed != (case.claims["outcome"] == "pass"):
        word = "pass" if passed else "fail"
        raise Broken(f"by the pass rule these marks are a {word}", where="outcome",
                     fact=standard.position)  # fmt: skip


def _fold_result(case: Case) -> dict[str, Record]:
    registration = registration_of(case)
    result = (case.position, case.claims["outcome"], case.stated.digests)
    changes: dict[str, Record] = {
        key_of(Registration, case.claims["registration"]): registration._replace(result=result)
    }
    if case.claims["outcome"] == "pass":
        session = session_of(case)
        changes[key_of(Session, registration.session)] = session._replace(passes=session.passes + 1)
    return changes


RESULT_DETERMINED = StatementType(
    name="result.determined",
    signers=("agency",),
    doc="Pass or fail of one candidate under one version of the standard.",
    fields=(
        REGISTRATION,
        Field("standard", SLUG, "Standard in force on the exam date."),
        Field("version", Integer("version", 1, 10_000), "Its version."),
        Field("outcome", Choice("outcome", ("pass", "fail")), "Pass or fail."),
        Field("parts", ListOf("parts", SLUG, 0, 60), "Parts with a recorded mark."),
        Field("determined_on", DATE, "When it was determined."),
    ),
    disclosed=(MARK, GRADE, Field("remark", PROSE, "Remark of the examiners.", False)),
    claimed="determined_on",
    agency=issuing_agency,
    reads=_reads,
    rules=(own_registration, _held, _no_result, _right_standard, _all_marks),
    fold=_fold_result,
    stream=_stream,
    subject=subject_of_registration,
    people_reads=reads_subject,
    disclosed_rules=(same_marks, _outcome_follows),
)

# --- results.published ----------------------------------------------------------------------------


def _reads_publication(stated: Stated, found: Found) -> Iterator[str]:
    yield from session_chain(stated.claims["session"], found)


@rule("P89", "publication-bounds", "Results are published after the exam, in at most 100 portions.")
def _after_exam(case: Case) -> None:
    session = case.need(Session, case.claims["session"])
    assert session.held_on is not None
    if case.claims["published_on"] < session.held_on:
        raise Broken(f"the exam was held on {session.held_on}", where="published_on")
    if len(session.publications) >= MAX_PUBLICATIONS:
        raise Broken("the session's results are published in 100 portions", where="session")


def _fold_publication(case: Case) -> dict[str, Record]:
    ident = case.claims["session"]
    session = case.need(Session, ident)
    entry = (case.position, case.now, case.claims["published_on"])
    publications = (*session.publications, entry)
    return {key_of(Session, ident): session._replace(publications=publications)}


RESULTS_PUBLISHED = StatementType(
    name="results.published",
    signers=("agency",),
    doc="Opens the objection window of all results of the session determined since the last one.",
    fields=(SESSION, Field("published_on", DATE, "When they were published.")),
    claimed="published_on",
    agency=issuing_agency,
    reads=_reads_publication,
    rules=(own_session, in_stage, _after_exam),
    fold=_fold_publication,
    stream=lambda stated, _: f"session/{stated.claims['session']}",
)

TYPES = (SCORE_RECORDED, RESULT_DETERMINED, RESULTS_PUBLISHED)
