"""Verdicts over a small world: each word, each check that leads to it, and what must never leak."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.core.statement import Statement, present
from ledger.domain.certificate_status import PERSONAL_CODES
from ledger.domain.dates import add_months
from ledger.domain.errors import UnreadableRecord
from ledger.domain.phrases import EN
from ledger.domain.presented import Damaged, Foreign, NotACertificate, Shown, Typed, read_file
from ledger.domain.verdict import CHECKS, RESULTS, WORDS, CouldNotTell, Verdict
from ledger.domain.verifying import verify
from tests.domain.asking import WorldSource, ask_file, ask_number, results
from tests.world import ORIGIN, Chance, Signer, World, passed_candidate, ready_world, seed_key

NAME = "Wei Example"


@pytest.fixture
def world() -> World:
    return ready_world()


@pytest.fixture
def issued(world: World) -> Statement:
    return passed_candidate(world).issue()


def status(
    world: World, issued: Statement, kind: str, day: str, by: str = "northern", **more: Any
) -> None:
    claims = {"certificate": issued.claims["certificate"], f"{kind}_on": day, **more}
    world.say(by, f"certificate.{kind}", claims)


def revoke(world: World, issued: Statement, **more: Any) -> None:
    more = {"fault": "agency", "found_by": "agency", "code": "issued_in_error"} | more
    status(world, issued, "revoked", world.today, **more)


def without(claims: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in names}


# --- valid ----------------------------------------------------------------------------------------


def test_a_shown_certificate_is_valid_with_every_check(world: World, issued: Statement) -> None:
    verdict = ask_file(world, issued.wire())
    assert verdict.word == "valid"
    assert verdict.sentence == EN["word.valid"]
    assert [check.id for check in verdict.checks] == list(CHECKS)
    assert results(verdict) == {
        "genuine": "proven", "admitted": "proven", "issuer": "stated", "standard": "stated",
        "result": "stated", "status": "stated", "holder": "proven", "key": "stated",
        "time": "stated", "freshness": "stated",
    }  # fmt: skip
    assert verdict.check("admitted").evidence["position"] == world.log.index(issued)
    assert verdict.as_of.until == world.now + 600
    assert verdict.certificate is not None
    assert verdict.certificate["number"] == issued.claims["number"]


def test_number_and_name_give_the_same_verdict(world: World, issued: Statement) -> None:
    typed = ask_number(world, issued.claims["number"], "  wei\u3000example")
    assert (typed.word, typed.certificate) == ("valid", ask_file(world, issued.wire()).certificate)
    assert typed.check("holder").result == "proven"


def test_a_file_may_hide_the_name(world: World, issued: Statement) -> None:
    verdict = ask_file(world, present(issued, ["mark.theory"]))
    assert verdict.word == "valid"
    assert verdict.check("holder").result == "could_not_be_checked"


def test_a_payload_that_is_no_object_is_forged(world: World, issued: Statement) -> None:
    head, _, signature = parts(issued)
    assert ask_file(world, f"{head}.{b64([])}.{signature}~").word == "forged"


def test_white_space_around_a_file_is_no_forgery(world: World, issued: Statement) -> None:
    assert ask_file(world, b"\r\n " + issued.wire() + b"\n").word == "valid"


def test_a_certificate_whose_holder_was_erased_exists(world: World, issued: Statement) -> None:
    source = WorldSource(world)
    del source.disclosed[world.log.index(issued)]
    verdict = verify(Typed(issued.claims["number"], "anybody"), source, now=world.now)
    assert verdict.word == "valid"
    assert verdict.check("holder").result == "could_not_be_checked"
    assert "erased" in verdict.check("holder").explanation


def test_losing_the_accreditation_changes_no_certificate(world: World, issued: Statement) -> None:
    world.pass_days(1)
    scope = [{"certificate_type": "welding", "level": "elementary"}]
    claims = {"agency": "northern", "scope": scope,
              "ground": "standards", "effective_from": world.today}  # fmt: skip
    world.say("regulator", "accreditation.suspended", claims)
    verdict = ask_file(world, issued.wire())
    assert verdict.word == "valid"
    assert verdict.check("issuer").evidence["today"]["standing"] == "suspended"
    assert verdict.check("issuer").result == "stated"


def test_a_key_retired_later_leaves_the_certificate_valid(world: World, issued: Statement) -> None:
    key = seed_key("northern/2")
    world.say("regulator", "key.registered", {"party": "northern", **world.proof("northern", key)})
    world.say("northern", "key.retired", {"kid": issued.kid})
    verdict = ask_file(world, issued.wire())
    assert verdict.word == "valid"
    assert verdict.check("key").evidence["until"] == len(world.log) - 1


# --- revoked, suspended, expired ------------------------------------------------------------------


def test_revoked_says_why_and_stays_provable(world: World, issued: Statement) -> None:
    revoke(world, issued)
    verdict = ask_file(world, issued.wire())
    assert verdict.word == "revoked"
    assert results(verdict)["genuine"] == results(verdict)["admitted"] == "proven"
    check = verdict.check("status")
    assert check.result == "failed"
    assert check.evidence["code"] == "issued_in_error"
    assert "issued in error" in check.explanation
    assert ask_number(world, issued.claims["number"], NAME).word == "revoked"


def test_a_personal_ground_is_never_told(world: World, issued: Statement) -> None:
    claims = {"certificate": issued.claims["certificate"], "revoked_on": world.today,
              "fault": "person", "found_by": "school"}  # fmt: skip
    world.say("northern", "certificate.revoked", claims, {"code": "identity_fraud"})
    verdict = ask_number(world, issued.claims["number"], NAME)
    assert verdict.word == "revoked"
    assert not any(code in str(verdict) for code in PERSONAL_CODES)


def test_suspended_then_reinstated(world: World, issued: Statement) -> None:
    status(world, issued, "suspended", world.today, ground="investigation")
    verdict = ask_file(world, issued.wire())
    assert (verdict.word, verdict.check("status").result) == ("suspended", "failed")
    world.pass_days(2)
    status(world, issued, "reinstated", world.today)
    assert ask_file(world, issued.wire()).word == "valid"


def expiring() -> tuple[World, Statement]:
    """A certificate valid for one month."""
    world = World().found()
    world.party("northern", "agency")
    world.party("harbour", "school")
    claims = {"certificate_type": "welding", "name": "Welding", "category": "vocational"}
    world.say("regulator", "certificate_type.defined", claims)
    world.standard(valid_months=1)
    world.accredit()
    candidate = passed_candidate(world)
    return world, candidate.issue(valid_until=add_months(world.today, 1))


def test_expired_is_computed_and_the_last_day_counts() -> None:
    world, issued = expiring()
    until = issued.claims["valid_until"]
    while world.today < until:
        world.pass_days(1)
    assert ask_file(world, issued.wire()).word == "valid"
    world.pass_days(1)
    verdict = ask_file(world, issued.wire())
    assert (verdict.word, verdict.check("status").result) == ("expired", "failed")
    assert until in verdict.sentence
    assert ask_file(world, issued.wire(), at=until).word == "valid"


def test_revoked_comes_before_expired() -> None:
    world, issued = expiring()
    revoke(world, issued)
    world.pass_days(60)
    assert ask_file(world, issued.wire()).word == "revoked"


# --- on a day of the past -------------------------------------------------------------------------


def test_a_past_day_is_answered_as_known_now(world: World, issued: Statement) -> None:
    start = world.today
    days = {"before": world.day(-1), "issued": start}
    world.pass_days(1)
    status(world, issued, "suspended", world.today, ground="investigation")
    days["suspended"] = world.today
    world.pass_days(2)
    status(world, issued, "reinstated", world.today)
    days["reinstated"] = world.today
    world.pass_days(2)
    revoke(world, issued)
    days["revoked"] = world.today
    words = {name: ask_file(world, issued.wire(), at=day).word for name, day in days.items()}
    assert words == {
        "before": "unknown", "issued": "valid", "suspended": "suspended", "reinstated": "valid",
        "revoked": "revoked",
    }  # fmt: skip
    assert start in ask_file(world, issued.wire(), at=start).sentence


def test_a_revocation_stated_later_for_an_earlier_day_counts_on_that_day(
    world: World, issued: Statement
) -> None:
    world.pass_days(5)
    claims = {"certificate": issued.claims["certificate"], "revoked_on": world.day(-4),
              "fault": "agency", "found_by": "agency", "code": "issued_in_error"}  # fmt: skip
    world.say("northern", "certificate.revoked", claims)
    assert ask_file(world, issued.wire(), at=world.day(-3)).word == "revoked"
    assert ask_file(world, issued.wire(), at=world.day(-5)).word == "valid"


# --- unknown --------------------------------------------------------------------------------------


def test_unknown_number_and_wrong_name_are_one_answer(world: World, issued: Statement) -> None:
    wrong = ask_number(world, issued.claims["number"], "Somebody Else")
    unknown = ask_number(world, "NO-SUCH-NUMBER", NAME)
    assert wrong.word == "unknown"
    assert wrong == unknown
    assert wrong.certificate is None
    for secret in (
        issued.claims["number"],
        issued.claims["certificate"],
        "NO-SUCH",
        "Somebody",
        NAME,
    ):
        assert secret not in str(wrong)


def test_an_unknown_number_costs_an_opening_too(world: World, issued: Statement) -> None:
    source = WorldSource(world)
    verify(Typed("NO-SUCH-NUMBER", NAME), source, now=world.now)
    verify(Typed(issued.claims["number"], "Somebody Else"), source, now=world.now)
    assert len(source.touched) == 2


def test_well_signed_but_never_admitted_is_unknown(world: World) -> None:
    candidate = passed_candidate(world)
    claims = candidate.certificate_claims()
    never = world.sign(
        "northern", "certificate.issued", claims, repeat=(candidate.disclosures["name"],)
    )
    verdict = ask_file(world, never.wire())
    assert verdict.word == "unknown"
    assert (results(verdict)["genuine"], results(verdict)["admitted"]) == ("proven", "failed")
    assert verdict.certificate is None


def test_another_statement_with_the_id_of_an_admitted_one_is_unknown(
    world: World, issued: Statement
) -> None:
    claims = without(issued.claims, "iss", "iat", "jti", "type", "_sd", "_sd_alg")
    twin = world.sign("northern", "certificate.issued", claims)
    assert ask_file(world, twin.wire()).word == "unknown"


def test_a_pending_certificate_awaits_consent() -> None:
    world = ready_world()
    candidate = passed_candidate(world)
    day = world.today
    world.pass_days(40)
    late = candidate.issue(issued_on=day, late_reason="system_failure")
    verdict = ask_file(world, late.wire())
    assert verdict.word == "unknown"
    assert "awaits consent" in verdict.sentence
    assert ask_number(world, late.claims["number"], NAME).word == "unknown"
    world.say("regulator", "approved", {"statement": late.leaf_id})
    verdict = ask_file(world, late.wire())
    assert verdict.word == "valid"
    assert verdict.check("time").evidence["late_reason"] == "system_failure"


def test_a_foreign_issuer_is_unknown_never_forged(world: World) -> None:
    stranger = Signer("northern", seed_key("stranger"), Chance("s"), origin="other.example")
    verdict = ask_file(world, stranger.sign("certificate.issued", {}, at=world.now).wire())
    assert verdict.word == "unknown"
    assert results(verdict)["genuine"] == "could_not_be_checked"


# --- forged ---------------------------------------------------------------------------------------


def b64(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def parts(statement: Statement) -> tuple[str, str, str]:
    head, payload, signature = statement.entry.decode().split(".")
    return head, payload, signature


def forgeries() -> dict[str, Callable[[Statement], str]]:
    def payload(one: Statement, **changes: Any) -> str:
        head, _, signature = parts(one)
        return f"{head}.{b64(one.claims | changes)}.{signature}~"

    def header(one: Statement, **changes: Any) -> str:
        _, body, signature = parts(one)
        head = {"alg": "Ed25519", "kid": one.kid, "typ": one.typ} | changes
        return f"{b64(head)}.{body}.{signature}~"

    def flipped(one: Statement) -> str:
        head, body, signature = parts(one)
        return f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}~"

    def renamed(one: Statement) -> str:
        salt = (one.disclosures or ())[0].salt
        return f"{one.entry.decode()}~{b64([salt, 'name', 'Somebody Else'])}~"

    return {
        "another level": lambda one: payload(one, level="advanced"),
        "another issuer": lambda one: payload(one, iss="https://other.example/authorities/x"),
        "another number": lambda one: payload(one, number="NS-1"),
        "a flipped signature": flipped,
        "no signature": lambda one: ".".join(parts(one)[:2]) + ".~",
        "alg none": lambda one: header(one, alg="none"),
        "alg HS256": lambda one: header(one, alg="HS256"),
        "unknown kid": lambda one: header(one, kid=seed_key("nobody").public.thumbprint),
        "another name": renamed,
        "a broken disclosure": lambda one: f"{one.entry.decode()}~e30~",
        "a cut payload": lambda one: f"{parts(one)[0]}.{parts(one)[1][:-9]}.{parts(one)[2]}~",
    }


@pytest.mark.parametrize("name", forgeries())
def test_whatever_was_changed_is_forged(world: World, issued: Statement, name: str) -> None:
    verdict = ask_file(world, forgeries()[name](issued))
    assert verdict.word == "forged"
    assert verdict.check("genuine").result == "failed"
    assert verdict.certificate is None
    assert {one.result for one in verdict.checks[1:-1]} == {"could_not_be_checked"}


def test_a_key_of_somebody_else_is_forged(world: World, issued: Statement) -> None:
    claims = without(issued.claims, "iss", "iat", "jti", "type", "_sd", "_sd_alg")
    for name in ("harbour", "stranger"):
        signer = Signer("northern", seed_key(name), Chance("forger"))
        forged = signer.sign("certificate.issued", claims, at=world.now)
        assert ask_file(world, forged.wire()).word == "forged"
    recovery = Signer("regulator", seed_key("regulator/recovery"), Chance("r"))
    assert (
        ask_file(world, recovery.sign("certificate.issued", {}, at=world.now).wire()).word
        == "forged"
    )


def test_every_single_changed_character_of_a_file_is_noticed(
    world: World, issued: Statement
) -> None:
    wire = issued.wire().decode()
    for at in range(0, len(wire), 7):
        other = "A" if wire[at] != "A" else "B"
        try:
            verdict = ask_file(world, wire[:at] + other + wire[at + 1 :])
        except NotACertificate:
            continue
        assert verdict.word in ("forged", "unknown"), at


# --- no certificate at all ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"%PDF-1.7", b"{}", b"a.b", b"\xff\xfe", "名字", b"x" * 300_000]
)
def test_what_is_no_certificate_has_no_verdict(data: bytes) -> None:
    with pytest.raises(NotACertificate) as caught:
        read_file(data, ORIGIN)
    assert caught.value.code == "not-a-certificate"


def test_another_statement_is_no_certificate(world: World, issued: Statement) -> None:
    score = next(one for one in world.log if one.type == "score.recorded")
    with pytest.raises(NotACertificate) as caught:
        read_file(score.wire(), ORIGIN)
    assert caught.value.code == "another-statement"


def test_what_reading_a_file_can_end_in(issued: Statement) -> None:
    assert isinstance(read_file(issued.wire(), ORIGIN), Shown)
    assert isinstance(read_file(issued.wire(), "other.example"), Foreign)
    # The origin with something behind it is another host, not ours.
    assert isinstance(read_file(issued.wire(), ORIGIN[:-1]), Foreign)
    assert isinstance(read_file(issued.wire()[:-5] + b"~", ORIGIN), Damaged)


# --- could not tell -------------------------------------------------------------------------------


def swapped_entry(source: WorldSource, at: int) -> None:
    source.entries[at] = source.entries[at - 1]


def broken_entry(source: WorldSource, at: int) -> None:
    source.entries[at] = b"nonsense"


def other_leaf(source: WorldSource, at: int) -> None:
    source.leaves[at] = bytes(32)


def lost_standard(source: WorldSource, at: int) -> None:
    del source.records["standard/welding/1"]


def other_number(source: WorldSource, at: int) -> None:
    change(source, number="NS-OTHER")


def other_level(source: WorldSource, at: int) -> None:
    change(source, level="advanced")


def no_result(source: WorldSource, at: int) -> None:
    key = next(key for key in source.records if key.startswith("registration/"))
    source.records[key] = source.records[key]._replace(result=None)  # type: ignore[call-arg]


def unreadable(source: WorldSource, at: int) -> None:
    source.records = Unreadable(source.records)


def stated_by_nobody(source: WorldSource, at: int) -> None:
    change(source, status="revoked")


class Unreadable(dict[str, Any]):
    def get(self, key: str, default: Any = None) -> Any:
        raise UnreadableRecord(key)


def unrevoked(source: WorldSource, at: int) -> None:
    change(source, status="suspended", status_by="northern", status_on="2026-01-05")


def lost_certificate(source: WorldSource, at: int) -> None:
    del source.records[next(key for key in source.records if key.startswith("certificate/"))]


def late_key(source: WorldSource, at: int) -> None:
    key = next(
        k for k, r in source.records.items() if k.startswith("key/") and r.party == "northern"
    )  # type: ignore[union-attr]
    source.records[key] = source.records[key]._replace(since=at)  # type: ignore[call-arg]


def change(source: WorldSource, **fields: Any) -> None:
    key = next(key for key in source.records if key.startswith("certificate/"))
    source.records[key] = source.records[key]._replace(**fields)


@pytest.mark.parametrize(
    "damage",
    [
        swapped_entry,
        broken_entry,
        other_leaf,
        lost_standard,
        other_number,
        unrevoked,
        other_level,
        no_result,
        unreadable,
        stated_by_nobody,
        lost_certificate,
        late_key,
    ],
)
def test_stored_bytes_that_contradict_each_other_are_no_verdict(
    world: World, issued: Statement, damage: Callable[[WorldSource, int], None]
) -> None:
    source = WorldSource(world)
    damage(source, world.log.index(issued))
    with pytest.raises(CouldNotTell):
        verify(Typed(issued.claims["number"], NAME), source, now=world.now)


def test_disclosures_that_were_not_signed_are_no_verdict(world: World, issued: Statement) -> None:
    other = passed_candidate(world).issue()
    source = WorldSource(world)
    source.disclosed[world.log.index(issued)] = other.disclosures
    with pytest.raises(CouldNotTell):
        verify(Typed(issued.claims["number"], NAME), source, now=world.now)


# --- the vocabulary -------------------------------------------------------------------------------


def test_every_word_has_a_sentence_and_every_phrase_is_plain_text() -> None:
    for word in WORDS:
        assert any(key == f"word.{word}" or key.startswith(f"word.{word}.") for key in EN)
    assert all(text and "<" not in text for text in EN.values())


def test_every_result_is_one_of_four(world: World, issued: Statement) -> None:
    verdicts: list[Verdict] = [ask_file(world, issued.wire()), ask_number(world, "X-1", NAME)]
    assert {check.result for one in verdicts for check in one.checks} <= set(RESULTS)
    assert dataclasses.is_dataclass(verdicts[0])
