"""Certificates are issued only if they are allowed (P100 to P110)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.errors import CoreError
from ledger.core.sdjwt import make_disclosure
from ledger.domain import certificates
from tests.domain.refusing import refused
from tests.world import ORIGIN, SCOPE, Candidate, World, named, passed_candidate, ready_world


@pytest.fixture
def candidate() -> Candidate:
    return passed_candidate(ready_world())


def withdraw(world: World, day: str, until: str) -> None:
    world.say(
        "regulator",
        "accreditation.withdrawn",
        {
            "agency": "northern",
            "scope": [dict(SCOPE)],
            "effective_from": day,
            "ground": "malpractice",
            "wind_down_until": until,
        },
    )


def test_a_pass_becomes_a_certificate(candidate: Candidate) -> None:
    statement = candidate.issue()
    record: Any = candidate.world.records[f"certificate/{statement.claims['certificate']}"]
    assert (record.status, record.agency, record.leaf) == ("issued", "northern", statement.leaf_id)
    assert record.position == len(candidate.world.log) - 1
    assert not record.imported
    assert statement.typ == "dc+sd-jwt"


class TestIssue:
    def test_an_id_is_used_once(self, candidate: Candidate) -> None:
        ident = candidate.issue().claims["certificate"]
        with refused("P100", where="certificate"):
            candidate.issue(certificate=ident)

    def test_a_number_is_never_used_twice_even_after_a_revocation(
        self, candidate: Candidate
    ) -> None:
        world = candidate.world
        claims = candidate.issue(number="NS-1").claims
        world.say(
            "northern",
            "certificate.revoked",
            {
                "certificate": claims["certificate"],
                "fault": "agency",
                "found_by": "agency",
                "code": "issued_in_error",
                "revoked_on": world.today,
            },
        )
        with refused("P101", where="number"):
            candidate.issue(number="NS-1")
        with refused("P108", where="status.status_list.idx"):
            candidate.issue(status=claims["status"])
        candidate.issue()

    def test_only_for_a_pass(self) -> None:
        world = ready_world()
        candidate = world.candidate(world.session())
        world.hold(candidate.session)
        with refused("P102"):
            candidate.issue()
        candidate.result("fail")
        world.publish(candidate.session)
        world.pass_days(3)
        with refused("P102", where="registration"):
            candidate.issue()

    @pytest.mark.parametrize(
        "changes",
        [
            {"certificate_type": "baking"},
            {"level": "advanced"},
            {"standard": "other"},
            {"version": 2},
            {"exam_date": "2025-12-31"},
        ],
    )
    def test_it_states_the_facts_of_the_session(
        self, candidate: Candidate, changes: dict[str, Any]
    ) -> None:
        with refused("P103", where=next(iter(changes))):
            candidate.issue(**changes)

    def test_not_before_the_results_are_published(self) -> None:
        world = ready_world()
        candidate = world.candidate(world.session())
        for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
            candidate.score(part, mark)
        world.hold(candidate.session)
        world.publish(candidate.session)  # before this candidate's result
        candidate.result("pass")
        world.pass_days(9)
        with refused("P104", where="registration"):
            candidate.issue()

    def test_not_while_the_result_can_be_objected_to(self) -> None:
        candidate = passed_candidate(ready_world(), wait=0)
        published = len(candidate.world.log) - 1
        candidate.world.now += 3 * 86_400 - 1
        with refused("P104", fact=published):
            candidate.issue()
        candidate.world.now += 1
        candidate.issue()

    def test_not_dated_back_behind_its_window(self) -> None:
        """What the dates say is held against each other too: who lost the accreditation meanwhile
        must not date a certificate back to when it stood."""
        candidate = passed_candidate(ready_world())
        world = candidate.world
        for days in (3, 1):
            with refused("P104"):
                candidate.issue(issued_on=world.day(-days))
        world.pass_days(2)
        candidate.issue(issued_on=world.day(-2))

    def test_not_on_a_publication_dated_before_the_result(self) -> None:
        world = ready_world()
        candidate = world.candidate(world.session())
        for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
            candidate.score(part, mark)
        world.hold(candidate.session)
        exam = world.today
        world.pass_days(5)
        candidate.result("pass")
        early = {"session": candidate.session, "published_on": exam}
        world.say("northern", "results.published", early)
        world.pass_days(5)
        with refused("P104", where="registration"):
            candidate.issue()
        world.publish(candidate.session)
        world.pass_days(3)
        candidate.issue()

    def test_within_the_wind_down_and_not_after(self) -> None:
        for wait, rule in ((10, None), (11, "P105")):
            world = ready_world()
            candidate = passed_candidate(world)
            withdraw(world, world.today, world.day(10))
            world.pass_days(wait)
            if rule is None:
                candidate.issue()
            else:
                with refused(rule, where="issued_on"):
                    candidate.issue()

    def test_not_while_suspended(self, candidate: Candidate) -> None:
        world = candidate.world
        world.say(
            "regulator",
            "accreditation.suspended",
            {
                "agency": "northern",
                "scope": [dict(SCOPE)],
                "effective_from": world.today,
                "ground": "standards",
            },
        )
        with refused("P105", where="issued_on"):
            candidate.issue()

    def test_not_for_an_exam_outside_the_accreditation(self, candidate: Candidate) -> None:
        world = candidate.world
        withdraw(world, world.day(-3), world.day(30))  # the exam was 3 days ago
        with refused("P105", where="exam_date"):
            candidate.issue()

    def test_losing_the_accreditation_leaves_what_is_issued(self, candidate: Candidate) -> None:
        world = candidate.world
        ident = candidate.issue().claims["certificate"]
        withdraw(world, world.today, world.today)
        assert world.records[f"certificate/{ident}"].status == "issued"  # type: ignore[union-attr]
        with refused("P61"):
            world.session()

    def test_a_result_has_one_live_certificate(self, candidate: Candidate) -> None:
        candidate.issue()
        with refused("P106", where="registration"):
            candidate.issue()

    def test_dated_after_the_exam(self, candidate: Candidate) -> None:
        with refused("P107", where="issued_on"):
            candidate.issue(issued_on=candidate.world.day(-4))

    def test_valid_as_long_as_the_standard_says(self, candidate: Candidate) -> None:
        with refused("P107", where="valid_until"):
            candidate.issue(valid_until="2030-01-01")
        world = ready_world()
        world.approved(
            "northern",
            "standard.withdrawn",
            {"standard": "welding", "version": 1, "last_day": world.today},
        )
        world.pass_days(1)
        world.standard(standard="short", valid_months=13, effective_from=world.today)
        session = world.session()
        other = world.candidate(session)
        for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
            other.score(part, mark)
        world.hold(session)
        other.result("pass", standard="short")
        world.publish(session)
        world.pass_days(3)
        with refused("P107", where="valid_until"):
            other.issue(standard="short")
        other.issue(standard="short", valid_until="2027-02-05")

    @pytest.mark.parametrize("idx", [-1, 131_072, "5", 5.5, True])
    def test_at_an_index_that_the_list_has(self, candidate: Candidate, idx: object) -> None:
        entry = {"idx": idx, "uri": f"https://{ORIGIN}/status/northern-2026-1"}
        with (
            refused("P5", where="status.status_list.idx")
            if idx != 5.5
            else pytest.raises(CoreError)
        ):
            candidate.issue(status={"status_list": entry})

    @pytest.mark.parametrize(
        "name",
        [
            "northern-2025-1",
            "northern-2026-0",
            "northern-2026-01",
            "northern-2026-x",
            "northern-2026-",
            "eastern-2026-1",
            "northern-2026-2",
        ],
    )
    def test_in_the_agencys_list_of_the_year(self, candidate: Candidate, name: str) -> None:
        entry = {"idx": 5, "uri": f"https://{ORIGIN}/status/{name}"}
        with refused("P108", where="status.status_list.uri"):
            candidate.issue(status={"status_list": entry})

    def test_the_next_list_begins_when_one_is_half_full(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(certificates, "HALF_FULL", 1)
        world = ready_world()
        first, second = passed_candidate(world), passed_candidate(world)
        first.issue()
        with refused("P108", where="status.status_list.uri"):
            second.issue()
        entry = {"idx": 5, "uri": f"https://{ORIGIN}/status/northern-2026-2"}
        second.issue(status={"status_list": entry})

    def test_of_this_ledgers_credential_type(self, candidate: Candidate) -> None:
        with refused("P109", where="vct"):
            candidate.issue(vct="https://other.example/vct/certificate/1")


class TestDisclosures:
    def issue(self, candidate: Candidate, *repeat: Any, **fresh: Any) -> None:
        claims = candidate.certificate_claims()
        candidate.world.say("northern", "certificate.issued", claims, fresh, repeat=repeat)

    def test_the_name_is_the_registrations_byte_for_byte(self, candidate: Candidate) -> None:
        with refused("P110"):
            self.issue(candidate, name="Wei Example")
        with refused("P110"):
            self.issue(candidate, *candidate.marks(), name="Wei Example")

    def test_nothing_new_is_disclosed(self, candidate: Candidate) -> None:
        with refused("P110"):
            self.issue(candidate, candidate.disclosures["name"], grade="distinction")

    def test_the_person_id_is_not_repeated(self, candidate: Candidate) -> None:
        with refused("D1", where="person"):
            self.issue(candidate, candidate.disclosures["name"], candidate.disclosures["person"])

    def test_identity_cannot_stand_in_for_the_name(self) -> None:
        world = ready_world()
        session = world.session()
        student = world.student()
        claims = {
            "registration": world.chance.id(),
            "session": session,
            "attempt": 1,
            "registered_on": world.today,
        }
        statement = world.say(
            "harbour",
            "candidate.registered",
            claims,
            {
                "person": student.person,
                "name": student.name,
                "identity": "ID-1",
            },
        )
        candidate = Candidate(
            student, session, claims["registration"], "northern", named(statement)
        )
        for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
            candidate.score(part, mark)
        world.hold(session)
        candidate.result("pass")
        world.publish(session)
        world.pass_days(3)
        with refused("D2", where="name"):
            self.issue(candidate, candidate.disclosures["identity"])
        self.issue(candidate, candidate.disclosures["identity"], candidate.disclosures["name"])

    def test_a_mark_named_as_the_name_is_found_out(self, candidate: Candidate) -> None:
        """An agency that disclosed a grade under another name cannot reuse its digest as a mark."""
        candidate.disclosures.pop("mark.theory")
        fake = make_disclosure("name", "Somebody Else", candidate.world.chance.bytes(32))
        with refused("P110"):
            self.issue(
                candidate,
                candidate.disclosures["name"],
                make_disclosure("mark.theory", 100, candidate.world.chance.bytes(32)),
            )
        with refused("P110"):
            self.issue(candidate, fake)


def test_a_grade_that_the_result_disclosed_may_be_shown() -> None:
    world = ready_world()
    session = world.session()
    candidate = world.candidate(session)
    for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
        candidate.score(part, mark)
    world.hold(session)
    claims = {
        "registration": candidate.registration,
        "standard": "welding",
        "version": 1,
        "outcome": "pass",
        "parts": ["theory", "bench", "report"],
        "determined_on": world.today,
    }
    grade = world.say(
        "northern", "result.determined", claims, {"grade": "merit"}, repeat=candidate.marks()
    )
    candidate.disclosures |= named(grade)
    world.publish(session)
    world.pass_days(3)
    world.say(
        "northern",
        "certificate.issued",
        candidate.certificate_claims(),
        repeat=(candidate.disclosures["name"], candidate.disclosures["grade"]),
    )
