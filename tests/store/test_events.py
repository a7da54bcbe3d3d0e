"""eventsourcing's side: signed bytes as events, streams, the notification log."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import JSONTranscoder
from eventsourcing.utils import get_topic, resolve_topic
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.statement import parse_entry
from ledger.store.compose import uuid7
from ledger.store.events import StatementAdmitted, StatementMapper
from tests.store.stored import StoredWorld
from tests.world import World, passed_candidate

MAPPER = StatementMapper(JSONTranscoder())


def test_the_mapper_keeps_the_signed_bytes() -> None:
    statement = parse_entry(World().founding().entry)
    event = StatementAdmitted(uuid4(), 3, statement)
    stored = MAPPER.to_stored_event(event)
    assert stored.state == statement.entry
    assert (stored.originator_id, stored.originator_version) == (event.originator_id, 3)
    assert MAPPER.to_domain_event(stored) == event


def test_the_topic_does_not_move_with_the_module() -> None:
    assert get_topic(StatementAdmitted) == "certificate-ledger:StatementAdmitted"
    assert resolve_topic("certificate-ledger:StatementAdmitted") is StatementAdmitted


def test_statements_enter_through_submit_only(world: StoredWorld) -> None:
    with pytest.raises(TypeError, match=r"Ledger\.submit"):
        world.ledger._sqlite.application.save()


def test_the_notification_log_follows_the_log(world: StoredWorld) -> None:
    passed_candidate(world).issue()
    entries = list(world.ledger.entries())
    followed: list[bytes] = []
    last = 0
    while batch := world.ledger.notifications(last + 1, 7):
        assert len(batch) <= 7
        assert all(one.id > last for one in batch)
        followed += [bytes(one.state) for one in batch]
        last = batch[-1].id
    assert followed == entries
    passed_candidate(world)
    assert world.ledger.notifications(last + 1, 1)[0].state == world.ledger.entry(len(entries))


def test_each_statement_is_one_event_of_one_stream(world: StoredWorld) -> None:
    candidate = passed_candidate(world)
    candidate.issue()
    notifications = world.ledger.notifications(1, 1000)
    versions: dict[UUID, list[int]] = {}
    for one in notifications:
        versions.setdefault(one.originator_id, []).append(one.originator_version)
    for seen in versions.values():
        assert seen == list(range(1, len(seen) + 1))
    assert all(stream.version == 7 for stream in versions)
    with world.ledger.reading() as view:
        stream = view.stream(f"registration/{candidate.registration}")
    kinds = [parse_entry(entry).type for entry in stream]
    assert kinds == ["candidate.registered", *["score.recorded"] * 3, "result.determined"]


def test_a_repository_of_eventsourcing_reads_the_streams(world: StoredWorld) -> None:
    first = world.ledger.notifications(1, 1)[0]
    application = world.ledger._sqlite.application
    events = list(application.events.get(first.originator_id))
    assert [one.statement.type for one in events][:1] == ["ledger.founded"]
    assert all(isinstance(one, StatementAdmitted) for one in events)


def test_settings_of_the_process_do_not_reach_the_events(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("COMPRESSOR_TOPIC", "zlib")
    monkeypatch.setenv("CIPHER_KEY", "AAAA")
    world = StoredWorld(tmp_path / "home")
    assert world.ledger.notifications(1, 1)[0].state == world.log[0].entry
    world.close()


@given(st.integers(0, 2**48 - 1), st.integers(0, 4095), st.binary(min_size=8, max_size=8))
def test_uuid7(milliseconds: int, counter: int, random: bytes) -> None:
    made = uuid7(milliseconds, counter, random)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == milliseconds
    assert made.int >> 64 & 0xFFF == counter


def test_uuid7_sorts_by_time_and_place() -> None:
    made = [uuid7(at, place, b"\xff" * 8) for at in (1, 2) for place in (0, 1, 999)]
    assert sorted(made) == made
