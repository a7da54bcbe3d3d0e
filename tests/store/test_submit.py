"""Submitting: receipts and their proofs, repetition, order within a batch, refusals."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from ledger.core.checkpoint import open_checkpoint
from ledger.core.errors import InvalidProof
from ledger.core.note import VerifierKey
from ledger.core.statement import Statement, parse_entry, parse_wire
from ledger.core.tree import InclusionProof
from ledger.core.verifier import verify_consistency, verify_inclusion
from ledger.domain.errors import Refusal
from ledger.store.append import Answer
from ledger.store.ledger import Ledger
from ledger.store.receipt import Receipt
from ledger.store.screening import MAX_BATCH
from tests.store.stored import StoredWorld
from tests.world import seed_key


def receipts(answers: list[Answer]) -> list[Receipt]:
    for answer in answers:
        assert isinstance(answer, Receipt), answer
    return answers  # type: ignore[return-value]


def verify(ledger: Ledger, statement: Statement, receipt: Receipt) -> None:
    """As a party does: with the pinned key, its own bytes, and nothing else of the ledger's."""
    note, proof = ledger.receipt_proof(receipt)
    head = open_checkpoint(note, VerifierKey.parse(ledger.config.vkey))
    assert (head.size, proof.index) == (receipt.size, receipt.position)
    verify_inclusion(statement.leaf, proof, head)


@pytest.fixture
def enrol(world: StoredWorld) -> Callable[[int], list[Statement]]:
    """Signs enrolments of so many students, each with disclosures."""

    def sign(count: int) -> list[Statement]:
        return [
            world.sign(
                "harbour",
                "student.enrolled",
                {"student": world.chance.id()},
                {"person": world.chance.id(), "name": f"Student {at}"},
            )
            for at in range(count)
        ]

    return sign


def test_every_statement_of_a_batch_is_proven_to_its_signer(world, enrol) -> None:
    statements = enrol(300)
    before = world.ledger.head().size
    answers = receipts(world.ledger.submit(statements))
    assert [one.position for one in answers] == list(range(before, before + 300))
    assert {one.size for one in answers} == {before + 300}
    assert not any(one.repeated for one in answers)
    for statement, receipt in zip(statements, answers, strict=True):
        verify(world.ledger, statement, receipt)


def test_a_proof_holds_for_its_own_place_only(world, enrol) -> None:
    one, other = enrol(2)
    receipt, _ = receipts(world.ledger.submit([one, other]))
    note, proof = world.ledger.receipt_proof(receipt)
    head = open_checkpoint(note, VerifierKey.parse(world.ledger.config.vkey))
    with pytest.raises(InvalidProof):
        verify_inclusion(other.leaf, proof, head)
    moved = InclusionProof(proof.index + 1, proof.size, proof.hashes)
    with pytest.raises(InvalidProof):
        verify_inclusion(one.leaf, moved, head)


def test_the_log_holds_the_bytes_that_were_signed(world, enrol) -> None:
    statements = enrol(3)
    first = receipts(world.ledger.submit(statements))[0].position
    assert list(world.ledger.entries(first)) == [one.entry for one in statements]
    assert world.ledger.entry(first) == statements[0].entry
    assert world.ledger.position_of(statements[2].leaf) == first + 2
    assert world.ledger.position_of(b"\0" * 32) is None
    for missing in (-1, first + 3):
        with pytest.raises(IndexError):
            world.ledger.entry(missing)


def test_the_same_bytes_again_get_the_first_receipt(world, enrol) -> None:
    statements = enrol(20)
    first = receipts(world.ledger.submit(statements))
    shown = [world.ledger.receipt_proof(one) for one in first]
    world.ledger.submit(enrol(700))
    size = world.ledger.head().size
    again = receipts(world.ledger.submit([parse_wire(one.wire()) for one in statements]))
    assert again == [one._replace(repeated=True) for one in first]
    assert [world.ledger.receipt_proof(one) for one in again] == shown
    assert world.ledger.head().size == size


def test_another_process_repeats_the_same_receipt_and_proof(world, enrol) -> None:
    (statement,) = enrol(1)
    (first,) = receipts(world.ledger.submit([statement]))
    shown = world.ledger.receipt_proof(first)
    world.ledger.submit(enrol(300))
    with world.reopen() as other:
        (again,) = receipts(other.submit([statement]))
        assert again == first._replace(repeated=True)
        assert other.receipt_proof(again) == shown


def test_repetition_within_a_batch(world, enrol) -> None:
    one, two = enrol(2)
    a, b, c = receipts(world.ledger.submit([one, two, one]))
    assert c == a._replace(repeated=True)
    assert (a.repeated, b.repeated) == (False, False)
    assert b.position == a.position + 1


def test_old_and_new_in_one_batch(world, enrol) -> None:
    old, new = enrol(2)
    (first,) = receipts(world.ledger.submit([old]))
    again, added = receipts(world.ledger.submit([old, new]))
    assert again == first._replace(repeated=True)
    assert added.position == first.position + 1
    verify(world.ledger, new, added)


def test_a_jti_with_other_bytes_is_a_conflict(world, enrol) -> None:
    (statement,) = enrol(1)
    (receipt,) = receipts(world.ledger.submit([statement]))
    other = world.sign(
        "harbour",
        "student.enrolled",
        {"student": world.chance.id()},
        {"person": world.chance.id(), "name": "Somebody Else"},
        jti=statement.jti,
    )
    (refusal,) = world.ledger.submit([other])
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.fact) == ("jti-conflict", receipt.position)


def test_each_sees_those_before_it_and_what_depends_on_a_refused_one_is_refused(world) -> None:
    def plan(ident: str, exam: str) -> list[Statement]:
        scope = {"certificate_type": "welding", "level": "elementary"}
        claims = {"session": ident, **scope, "exam_date": exam, "planned_on": world.today}
        published = {"session": ident, "published_on": world.today}
        return [
            world.sign("northern", "session.planned", claims),
            world.sign("northern", "session.published", published),
        ]

    good = plan(world.chance.id(), world.today)
    bad = plan(world.chance.id(), "2019-01-01")
    before = world.ledger.head().size
    first, refused, second, dependent = world.ledger.submit([good[0], bad[0], good[1], bad[1]])
    assert isinstance(refused, Refusal)
    assert isinstance(dependent, Refusal)
    assert dependent.code == "session-unknown"
    places = [one.position for one in receipts([first, second])]
    assert places == [before, before + 1]


def test_a_key_registered_in_the_batch_signs_in_the_batch(world) -> None:
    signer = world.signer("eastern")
    register = [
        world.sign(
            "regulator",
            "party.registered",
            {"party": "eastern", "name": "Eastern", "roles": ["school"]},
        ),
        world.sign(
            "regulator",
            "key.registered",
            {"party": "eastern", **world.proof("eastern", signer.key)},
        ),
    ]
    claims = {"student": world.chance.id()}
    disclosed = {"person": world.chance.id(), "name": "New Here"}
    early = world.sign("eastern", "student.enrolled", claims, disclosed)
    forged = _with_signature_of(early, register[0])
    late = world.sign(
        "eastern",
        "student.enrolled",
        {"student": world.chance.id()},
        {**disclosed, "person": world.chance.id()},
    )
    answers = world.ledger.submit([early, *register, forged, late])
    codes = [one.code if isinstance(one, Refusal) else "" for one in answers]
    assert codes == ["unknown-issuer", "", "", "wrong-signature", ""]


def _with_signature_of(statement: Statement, other: Statement) -> Statement:
    head, _, _ = statement.entry.rpartition(b".")
    signature = other.entry.rpartition(b".")[2]
    tail = b"".join(f"{one.encoded}~".encode() for one in statement.disclosures or ())
    return parse_wire(head + b"." + signature + b"~" + tail)


def test_a_wrong_signature_is_refused_and_takes_no_lock(world, enrol) -> None:
    statements = enrol(40)
    forged = [_with_signature_of(one, two) for one, two in pairwise(statements)]
    with world.reopen() as other, other._database.writing():
        answers = world.ledger.submit(forged)  # the lock is taken, and nobody waits for it
    assert {one.code for one in answers if isinstance(one, Refusal)} == {"wrong-signature"}
    assert len(answers) == 39


def test_one_forged_among_many_is_found(world, enrol) -> None:
    statements = enrol(200)
    mixed = list(statements)
    mixed[137] = _with_signature_of(statements[137], statements[3])
    answers = world.ledger.submit(mixed)
    assert [at for at, one in enumerate(answers) if isinstance(one, Refusal)] == [137]


def test_a_key_of_another_party_is_refused_by_the_rules(world) -> None:
    stranger = world.signer("harbour", "northern")
    statement = stranger.sign(
        "student.enrolled",
        {"student": world.chance.id()},
        {"person": world.chance.id(), "name": "X"},
        at=world.now,
    )
    (answer,) = world.ledger.submit([statement])
    assert isinstance(answer, Refusal)
    assert answer.code == "key-of-another"


def test_nothing_admitted_means_nothing_written(world, enrol) -> None:
    world.pass_days(1)  # a time.stated is due
    head, note = world.ledger.head(), world.ledger.checkpoint()
    with world.ledger.reading() as view:
        records = list(view.all_records())
    refused = [
        world.sign(
            "northern", "session.held", {"session": world.chance.id(), "held_on": world.today}
        )
        for _ in range(3)
    ]
    assert all(isinstance(one, Refusal) for one in world.ledger.submit(refused))
    assert (world.ledger.head(), world.ledger.checkpoint()) == (head, note)
    with world.ledger.reading() as view:
        assert list(view.all_records()) == records
    (receipt,) = receipts(world.ledger.submit(enrol(1)))
    assert receipt.position == head.size + 1
    assert parse_entry(world.ledger.entry(head.size)).type == "time.stated"


def test_an_empty_batch(world) -> None:
    assert world.ledger.submit([]) == []


def test_a_batch_is_bounded(world, enrol) -> None:
    (statement,) = enrol(1)
    with pytest.raises(ValueError, match="at most 1000"):
        world.ledger.submit([statement] * (MAX_BATCH + 1))
    receipts(world.ledger.submit([statement] * MAX_BATCH))


def test_an_entry_without_its_disclosures_does_not_pass_the_door(world, enrol) -> None:
    (statement,) = enrol(1)
    with pytest.raises(ValueError, match="disclosures"):
        world.ledger.submit([parse_entry(statement.entry)])


def test_checkpoints_are_consistent_with_each_other(world, enrol) -> None:
    vkey = VerifierKey.parse(world.ledger.config.vkey)
    heads = [open_checkpoint(world.ledger.checkpoint(), vkey)]
    for count in (1, 255, 300, 2):
        world.ledger.submit(enrol(count))
        heads.append(open_checkpoint(world.ledger.checkpoint(), vkey))
    for at, old in enumerate(heads):
        assert open_checkpoint(world.ledger.checkpoint_at(old.size), vkey) == old
        for new in heads[at:]:
            proof = world.ledger.consistency_proof(old.size, new.size)
            verify_consistency(proof, old, new)
    for size in (0, heads[-1].size + 1):
        with pytest.raises(IndexError):
            world.ledger.checkpoint_at(size)


def test_tiles_are_served_in_every_width_that_was_published(world, enrol) -> None:
    world.ledger.submit(enrol(600))
    size = world.ledger.head().size
    leaves = [parse_entry(one).leaf for one in world.ledger.entries()]
    assert len(leaves) == size
    for n, width in ((0, 1), (0, 200), (0, 256), (1, 256), (2, size % 256)):
        expected = b"".join(leaves[n * 256 : n * 256 + width])
        assert world.ledger.tile(0, n, width) == expected
    assert len(world.ledger.tile(1, 0, size // 256)) == 32 * (size // 256)


def test_the_seed_of_the_operator_signs_the_time(world, enrol) -> None:
    world.pass_days(2)
    world.ledger.submit(enrol(1))
    stated = parse_entry(world.ledger.entry(world.ledger.head().size - 2))
    assert (stated.type, stated.kid) == ("time.stated", seed_key("operator").public.thumbprint)
    assert stated.claims["time"] == world.now


def test_several_records_of_one_moment(world) -> None:
    found = world.ledger.records(["ledger", "party/northern", "party/nobody"])
    assert found["ledger"].origin == world.ledger.config.origin
    assert found["party/northern"].roles == ["agency"]
    assert found["party/nobody"] is None
