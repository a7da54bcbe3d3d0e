"""Results, and their publication, which opens the objection window.

A result repeats the disclosures of the marks that it rests on verbatim, so that equality of
digests is a rule that anybody can replay.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.candidates import reads_subject, subject_of_registration
from ledger.domain.case import Case, Found, Stated
from ledger.domain.errors import Broken
from ledger.domain.kinds import DATE, NAME, PROSE, SLUG, Choice, Field, ListOf
from ledger.domain.passing import passes
from ledger.domain.records import Record, Registration, Session, key_of
from ledger.domain.registry import StatementType, issuing_agency, rule
from ledger.domain.scores import (
    MARK,
    REGISTRATION,
    own_registration,
    reads_registration,
    registration_of,
    registration_stream,
    session_of,
)
from ledger.domain.sessions import SESSION, in_stage, own_session, session_chain, standard_of
from ledger.domain.standards import STANDARD, VERSION

GRADE = Field("grade", NAME, "Grade in words, such as distinction.", required=False)
MAX_PUBLICATIONS = 100


@rule(
    "P85",
    "session-not-held",
    "Results are determined after the exam was held, before the session closes.",
)
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


@rule(
    "P88", "marks-not-recorded", "A result rests on all recorded marks and repeats them verbatim."
)
def _all_marks(case: Case) -> None:
    scores = registration_of(case).scores
    if set(case.claims["parts"]) != scores.keys():
        parts = ", ".join(sorted(scores)) or "none"
        raise Broken(
            f"parts with a recorded mark: {parts}",
            where="parts",
            instead="record the marks first; leave out parts that have none",
        )
    if not set(scores.values()) <= set(case.stated.digests):
        raise Broken(
            "a recorded mark is not repeated",
            where="_sd",
            instead="send the disclosures of score.recorded again, byte for byte",
        )


@rule("D22", "marks-not-repeated", "Each mark disclosed with a result is the recorded one.")
def same_marks(case: Case) -> None:
    """Rule D22."""
    assert case.opened is not None
    scores = registration_of(case).scores
    for name, disclosure in case.opened.items():
        if name.startswith("mark.") and scores.get(name[5:]) != disclosure.digest:
            raise Broken("this is not the disclosure of the recorded mark", where=name)


@rule(
    "D23",
    "outcome-against-pass-rule",
    "The outcome is what the standard's pass rule gives for the marks.",
)
def _outcome_follows(case: Case) -> None:
    assert case.opened is not None
    standard = standard_of(case, session_of(case))
    marks = {part: case.opened[f"mark.{part}"].value for part in case.claims["parts"]}
    passed = passes(standard.parts, standard.pass_rule, marks)
    if passed is not None and passed != (case.claims["outcome"] == "pass"):
        word = "pass" if passed else "fail"
        raise Broken(
            f"by the pass rule these marks are a {word}", where="outcome", fact=standard.position
        )


def _fold_result(case: Case) -> dict[str, Record]:
    claims = case.claims
    result = (case.position, claims["outcome"], case.stated.digests, claims["determined_on"])
    registration = registration_of(case)._replace(result=result)
    return {key_of(Registration, claims["registration"]): registration}


RESULT_DETERMINED = StatementType(
    name="result.determined",
    signers=("agency",),
    doc="Pass or fail of one candidate under one version of the standard.",
    fields=(
        REGISTRATION,
        STANDARD,
        Field("version", VERSION, "Its version."),
        Field("outcome", Choice("outcome", ("pass", "fail")), "Pass or fail."),
        Field("parts", ListOf("parts", SLUG, 0, 60), "Parts with a recorded mark."),
        Field("determined_on", DATE, "When it was determined."),
    ),
    disclosed=(MARK, GRADE, Field("remark", PROSE, "Remark of the examiners.", required=False)),
    claimed="determined_on",
    agency=issuing_agency,
    reads=reads_registration,
    rules=(own_registration, _held, _no_result, _right_standard, _all_marks),
    fold=_fold_result,
    stream=registration_stream,
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

TYPES = (RESULT_DETERMINED, RESULTS_PUBLISHED)
