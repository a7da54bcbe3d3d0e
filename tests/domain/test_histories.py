"""Random histories: whatever the door admits, an independent replay admits exactly the same.

A machine tries things in any order, sensible and not. After each history its log is replayed, with
disclosures and without, and the invariants are looked for in the log itself, not in the records.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledger.domain.errors import Refusal
from tests.world import SCOPE, World, passed_candidate, ready_world, replay

MARKS = st.integers(-1, 101)


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world: World = ready_world()
        # Two have passed, one registers: histories begin where things can go wrong.
        self.candidates = [passed_candidate(self.world), passed_candidate(self.world)]
        self.sessions = [self.world.session()]
        self.candidates.append(self.world.candidate(self.sessions[0]))
        self.sessions += [one.session for one in self.candidates[:2]]
        self.certificates: list[str] = []
        self.revoked: set[str] = set()

    def attempt(self, deed: Any, *args: Any, **kwargs: Any) -> Any:
        size = len(self.world.log)
        try:
            return deed(*args, **kwargs)
        except Refusal:
            assert {statement.type for statement in self.world.log[size:]} <= TOLD_BEFORE
            return None

    # --- what they try --------------------------------------------------------------------------

    @rule(days=st.integers(0, 4))
    def time_passes(self, days: int) -> None:
        self.world.pass_days(days)

    @rule(exam_in=st.integers(-1, 2), publish=st.booleans())
    def plan(self, exam_in: int, publish: bool) -> None:
        session = self.attempt(self.world.session, exam_in=exam_in, publish=publish)
        if session is not None:
            self.sessions.append(session)

    @rule(data=st.data(), step=st.sampled_from(["hold", "publish", "close"]))
    def step(self, data: st.DataObject, step: str) -> None:
        session = data.draw(st.sampled_from(self.sessions))
        if step == "close":
            claims = {"session": session, "closed_on": self.world.today}
            self.attempt(self.world.say, "northern", "session.closed", claims)
        else:
            self.attempt(getattr(self.world, step), session)

    @rule(data=st.data())
    def register(self, data: st.DataObject) -> None:
        session = data.draw(st.sampled_from(self.sessions))
        candidate = self.attempt(self.world.candidate, session)
        if candidate is not None:
            self.candidates.append(candidate)

    @rule(data=st.data())
    def sit_again(self, data: st.DataObject) -> None:
        candidate = data.draw(st.sampled_from(self.candidates))
        session = data.draw(st.sampled_from(self.sessions))
        again = self.attempt(candidate.student.register, session, attempt=2)
        if again is not None:
            self.candidates.append(again)

    @rule(data=st.data(), part=st.sampled_from(["theory", "bench", "report", "essay"]), mark=MARKS)
    def score(self, data: st.DataObject, part: str, mark: int) -> None:
        candidate = data.draw(st.sampled_from(self.candidates))
        self.attempt(candidate.score, part, mark)

    @rule()
    def pass_one(self) -> None:
        """The sensible way through, so that histories get somewhere."""
        candidate = self.attempt(passed_candidate, self.world)
        if candidate is not None:
            self.candidates.append(candidate)
            self.sessions.append(candidate.session)

    @rule(data=st.data(), outcome=st.sampled_from(["pass", "fail"]))
    def determine(self, data: st.DataObject, outcome: str) -> None:
        candidate = data.draw(st.sampled_from(self.candidates))
        self.attempt(candidate.result, outcome)

    @rule(data=st.data())
    def issue(self, data: st.DataObject) -> None:
        candidate = data.draw(st.sampled_from(self.candidates))
        statement = self.attempt(candidate.issue)
        if statement is not None:
            self.certificates.append(statement.claims["certificate"])

    @precondition(lambda self: self.certificates)
    @rule(
        data=st.data(),
        by=st.sampled_from(["northern", "regulator", "harbour"]),
        deed=st.sampled_from(["suspended", "reinstated", "revoked"]),
    )
    def change_status(self, data: st.DataObject, by: str, deed: str) -> None:
        certificate = data.draw(st.sampled_from(self.certificates))
        claims: dict[str, Any] = {"certificate": certificate, f"{deed}_on": self.world.today}
        if deed == "suspended":
            claims["ground"] = "investigation"
        if deed == "revoked":
            claims |= {"fault": "agency", "found_by": "other", "code": "issued_in_error"}
        done = self.attempt(self.world.say, by, f"certificate.{deed}", claims)
        if done is not None and deed == "revoked":
            self.revoked.add(certificate)

    @rule(verb=st.sampled_from(["suspended", "reinstated", "withdrawn", "granted"]))
    def accreditation(self, verb: str) -> None:
        claims = {
            "agency": "northern",
            "scope": [dict(SCOPE)],
            "effective_from": self.world.today,
        }
        if verb in ("suspended", "withdrawn"):
            claims["ground"] = "standards"
        if verb == "withdrawn":
            claims["wind_down_until"] = self.world.day(2)
        self.attempt(self.world.say, "regulator", f"accreditation.{verb}", claims)

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def revoked_stays_revoked(self) -> None:
        for certificate in self.revoked:
            record: Any = self.world.records[f"certificate/{certificate}"]
            assert record.status == "revoked"

    @invariant()
    def live_certificates_never_exceed_passes(self) -> None:
        passes: Counter[str] = Counter()
        session_of = {one.registration: one.session for one in self.candidates}
        live: Counter[str] = Counter()
        for statement in self.world.log:
            claims = statement.claims
            if statement.type == "result.determined" and claims["outcome"] == "pass":
                passes[session_of[claims["registration"]]] += 1
            if statement.type == "certificate.issued":
                ident = claims["certificate"]
                record: Any = self.world.records[f"certificate/{ident}"]
                if record.status != "revoked":
                    live[session_of[claims["registration"]]] += 1
        assert all(live[session] <= passes[session] for session in live)

    @invariant()
    def numbers_are_used_once(self) -> None:
        numbers = [
            statement.claims["number"]
            for statement in self.world.log
            if statement.type == "certificate.issued"
        ]
        assert len(set(numbers)) == len(numbers)

    def teardown(self) -> None:
        event(f"certificates: {min(len(self.certificates), 3)}")
        event(f"revoked: {min(len(self.revoked), 2)}")
        for with_people in (False, True):
            again = replay(self.world, with_people=with_people)
            assert again.records == self.world.records
            assert again.effects == self.world.effects


# A deed of several statements may be refused at the second one: what it told before stands.
TOLD_BEFORE = {"time.stated", "student.enrolled", "session.planned"}

TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
