"""What the ledger's own file tells: ciphertext, and nothing about who is who."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.core.statement import Statement
from ledger.store.errors import Contradiction
from tests.store.stored import StoredWorld, ready
from tests.world import Candidate, passed_candidate

NAME = "Wei Example"


@pytest.fixture
def told(world: StoredWorld) -> tuple[StoredWorld, Candidate, Statement]:
    """A world in which one person sat an exam and holds a certificate."""
    candidate = passed_candidate(world)
    return world, candidate, candidate.issue()


def raw(world: StoredWorld, stem: str) -> bytes:
    """Every byte of a database, its write-ahead log included. The ledger is closed first, so that
    reading the files cannot drop a lock."""
    world.ledger.close()
    return b"".join(path.read_bytes() for path in sorted(world.home.glob(f"{stem}.db*")))


def test_disclosures_are_only_ciphertext_in_the_ledgers_file(told) -> None:
    world, candidate, certificate = told
    secrets = [NAME, candidate.student.person]
    secrets += [one.encoded for one in certificate.disclosures]
    secrets += [one.salt for one in certificate.disclosures]
    data = raw(world, "ledger")
    assert candidate.registration.encode() in data, "the search can find what is public"
    for secret in secrets:
        assert secret.encode() not in data, secret


def test_the_ledgers_file_does_not_say_whose_a_registration_is(told) -> None:
    """The handle stands in the enrolment and its record, beside no registration."""
    world, candidate, _ = told
    handle, registration = candidate.student.handle, candidate.registration
    with world.ledger.reading() as view:
        for key, text, _ in view.all_records():
            assert not (handle in key + text and registration in key + text), key
        rows = world.ledger._database.reading()
        with rows as reading:
            for at in range(world.ledger.head().size):
                sealed = reading.ciphertext(at) or b""
                assert handle.encode() not in sealed
    assert world.ledger.people(f"student-of/{registration}") == handle


def test_the_key_store_holds_no_disclosure(told) -> None:
    world, _, certificate = told
    data = raw(world, "keys")
    assert NAME.encode() not in data
    for one in certificate.disclosures:
        assert one.encoded.encode() not in data


def test_everything_opens_again(told) -> None:
    world, _, _ = told
    for position, statement in enumerate(world.log):
        opened = world.ledger.opened(position)
        if statement.disclosures:
            assert opened == statement.disclosures
            assert [one.value for one in opened] == [one.value for one in statement.disclosures]
        else:
            assert opened is None
    with world.reopen() as other:
        last = len(world.log) - 1
        assert other.opened(last) == world.log[last].disclosures


def test_erasure_leaves_proofs_and_nothing_personal(told) -> None:
    world, candidate, certificate = told
    other = passed_candidate(world)
    head = world.ledger.head()
    entries = list(world.ledger.entries())
    assert world.ledger.erase(candidate.student.handle)
    theirs = {
        at
        for at, one in enumerate(world.log)
        if candidate.registration in str(one.claims) or candidate.student.handle in str(one.claims)
    }
    for at, statement in enumerate(world.log):
        opened = world.ledger.opened(at)
        assert opened == (
            None if at in theirs or not statement.disclosures else statement.disclosures
        )
    assert world.ledger.people(f"student-of/{candidate.registration}") is None
    assert world.ledger.people(f"student-of/{other.registration}") == other.student.handle
    assert list(world.ledger.entries()) == entries
    assert world.ledger.head() == head
    assert not world.ledger.erase(candidate.student.handle)
    data = raw(world, "keys")
    assert candidate.registration.encode() not in data
    assert other.registration.encode() in data
    assert certificate.entry in entries


def test_a_flipped_bit_of_ciphertext_is_noticed(told) -> None:
    world, _, _ = told
    position = len(world.log) - 1
    with world.ledger._sqlite._datastore.transaction(commit=True) as cursor:
        cursor.execute("SELECT sealed FROM vault WHERE position = ?", (position,))
        sealed = bytearray(cursor.fetchone()[0])
        sealed[len(sealed) // 2] ^= 1
        cursor.execute("UPDATE vault SET sealed = ? WHERE position = ?", (bytes(sealed), position))
    with pytest.raises(Contradiction) as caught:
        world.ledger.opened(position)
    assert caught.value.position == position
    assert NAME not in str(caught.value)


def test_swapped_ciphertexts_are_noticed(told) -> None:
    world, _, _ = told
    last = len(world.log) - 1
    first = next(at for at, one in enumerate(world.log) if one.type == "score.recorded")
    with world.ledger._sqlite._datastore.transaction(commit=True) as cursor:
        cursor.execute("UPDATE vault SET position = -1 WHERE position = ?", (first,))
        cursor.execute("UPDATE vault SET position = ? WHERE position = ?", (first, last))
        cursor.execute("UPDATE vault SET position = ? WHERE position = -1", (last,))
    for position in (first, last):
        with pytest.raises(Contradiction):
            world.ledger.opened(position)


def test_a_late_registration_opens_while_it_waits_and_afterwards(tmp_path: Path) -> None:
    """Its holder is remembered before it takes effect, and forgotten with the student."""
    world = ready(StoredWorld(tmp_path / "home"))
    student = world.student("Late Example")
    session = world.session(exam_in=20)
    world.pass_days(40)
    claims = {
        "registration": world.chance.id(),
        "session": session,
        "attempt": 1,
        "registered_on": world.day(-35),
        "late_reason": "system_failure",
    }
    disclosed = {"person": student.person, "name": student.name}
    pending = world.say("harbour", "candidate.registered", claims, disclosed)
    position = len(world.log) - 1
    assert world.ledger.effects(position - 1, 10) == []
    assert world.ledger.opened(position) == pending.disclosures
    world.say("regulator", "approved", {"statement": pending.leaf_id})
    assert world.ledger.people(f"student-of/{claims['registration']}") == student.handle
    (effect,) = world.ledger.effects(position, 10)
    assert (effect.position, effect.entry) == (position + 1, position)
    assert world.ledger.opened(position) == pending.disclosures
    world.ledger.erase(student.handle)
    assert world.ledger.opened(position) is None
    assert world.ledger.people(f"student-of/{claims['registration']}") is None
    world.close()


def test_a_late_registration_and_its_consent_in_one_batch(tmp_path: Path) -> None:
    """What is opened again for the consent has not been stored yet."""
    world = ready(StoredWorld(tmp_path / "home"))
    student = world.student("Late Example")
    session = world.session(exam_in=20)
    world.pass_days(40)
    claims = {
        "registration": world.chance.id(),
        "session": session,
        "attempt": 1,
        "registered_on": world.day(-35),
        "late_reason": "system_failure",
    }
    disclosed = {"person": student.person, "name": student.name}
    pending = world.sign("harbour", "candidate.registered", claims, disclosed)
    approved = world.sign("regulator", "approved", {"statement": pending.leaf_id})
    answers = world.ledger.submit([pending, approved])
    assert [type(one).__name__ for one in answers] == ["Receipt", "Receipt"]
    assert world.ledger.people(f"student-of/{claims['registration']}") == student.handle
    assert world.ledger.opened(answers[0].position) == pending.disclosures
    world.close()
