"""The vault: exchanged, lost, added, erased; and D rules that were passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.report import Report
from ledger.audit.sources import Opened
from ledger.core.sdjwt import make_disclosure
from ledger.core.statement import Statement
from ledger.store.keystore import KeyStore
from tests.audit.home import Home
from tests.audit.log import Log, audited, found
from tests.world import World, passed_candidate, ready_world

# ---------------------------------------------------------------- a real vault, with its keys


def last_two(home: Home) -> tuple[int, int]:
    """The last positions in the vault: students of whom nothing else is known."""
    last = home.ask("SELECT max(position) FROM vault")
    return last - 1, last


def test_two_blobs_exchanged(home: Home) -> None:
    first, second = last_two(home)
    query = "SELECT sealed FROM vault WHERE position = ?"
    one, other = home.ask(query, first), home.ask(query, second)
    home.change(
        ("UPDATE vault SET sealed = ? WHERE position = ?", other, first),
        ("UPDATE vault SET sealed = ? WHERE position = ?", one, second),
    )
    report = home.audit()
    assert [one.step for one in report.findings][:1] == ["A6"]
    assert {one.position for one in report.findings} == {first, second}


def test_a_bit_of_a_blob(home: Home) -> None:
    _, at = last_two(home)
    blob = bytearray(home.ask("SELECT sealed FROM vault WHERE position = ?", at))
    blob[20] ^= 1
    home.change(("UPDATE vault SET sealed = ? WHERE position = ?", bytes(blob), at))
    (finding,) = home.audit().findings
    assert (finding.step, finding.position) == ("A6", at)
    assert "do not open" in finding.what or "cannot be opened" in finding.what


def test_a_blob_deleted(home: Home) -> None:
    _, at = last_two(home)
    home.change(("DELETE FROM vault WHERE position = ?", at))
    (finding,) = home.audit().findings
    assert (finding.step, finding.position) == ("A6", at)
    assert finding.what == "the vault has lost the disclosures"


def test_an_erased_student_is_counted_and_no_finding(home: Home) -> None:
    """All that was said of the student: enrolled, registered, three marks, result, certificate."""
    before = home.audit()
    with_keys = KeyStore(home.path / "keys.db", bytes)
    handle = home.ask("SELECT min(key) FROM records WHERE key LIKE 'student/%'").partition("/")[2]
    assert with_keys.destroy(handle)
    with_keys.close()
    report = home.audit()
    assert report.findings == ()
    assert report.erased in (1, 7)
    assert (report.checked or 0) + report.erased == before.checked


# ---------------------------------------------------------------- a vault in memory


def vault(statements: Iterable[Statement]) -> Iterator[Opened]:
    for position, statement in enumerate(statements):
        if statement.digests:
            yield Opened(position, statement.disclosures)


def replayed(world: World, folder: Path, rows: Iterable[Opened] | None = None) -> Report:
    opened = vault(world.log) if rows is None else rows
    return audited(Log.of(world.log), folder, vault=opened)


@pytest.fixture
def world() -> World:
    world = ready_world()
    passed_candidate(world).issue()
    return world


def test_everything_opened(world: World, tmp_path: Path) -> None:
    report = replayed(world, tmp_path)
    assert (report.findings, report.checked, report.erased) == ((), 7, 0)


def test_everything_erased(world: World, tmp_path: Path) -> None:
    rows = [row._replace(disclosures=None) for row in vault(world.log)]
    report = replayed(world, tmp_path, rows)
    assert (report.findings, report.checked, report.erased) == ((), 0, 7)


def test_rows_of_no_statement(world: World, tmp_path: Path) -> None:
    rows = [Opened(-3, ()), Opened(0, ()), *vault(world.log), Opened(len(world.log) + 5, None)]
    report = replayed(world, tmp_path, rows)
    assert [(one.step, one.position) for one in report.findings] == [
        ("A6", -3),
        ("A6", 0),
        ("A6", len(world.log) + 5),
    ]


def test_another_value_under_the_same_name(world: World, tmp_path: Path) -> None:
    rows = list(vault(world.log))
    forged = make_disclosure("name", "Somebody Else", bytes(32))
    rows[0] = rows[0]._replace(disclosures=(*(rows[0].disclosures or ())[:1], forged))
    report = replayed(world, tmp_path, rows)
    assert report.first is not None
    assert (report.first.step, report.first.position) == ("A6", rows[0].position)
    assert "other disclosures than were signed: disclosure-without-digest" in report.first.what
    assert "Somebody" not in report.line()


def unheard(world: World, party: str, kind: str, claims: Any, disclosed: Any) -> int:
    """A statement that goes into the log and the vault though nobody judged it."""
    world.log.append(world.sign(party, kind, claims, disclosed))
    return len(world.log) - 1


def test_a_mark_out_of_bounds(tmp_path: Path) -> None:
    world = ready_world()
    candidate = world.candidate(world.session())
    claims = {"registration": candidate.registration, "part": "theory", "assessed_on": world.today}
    position = unheard(world, "northern", "score.recorded", claims, {"mark.theory": 101})
    assert audited(Log.of(world.log), tmp_path).findings == ()  # no P rule can see it
    (finding,) = replayed(world, tmp_path).findings
    assert (finding.step, finding.position, finding.rule) == ("A6", position, "D21")


def test_a_disclosure_of_another_kind(tmp_path: Path) -> None:
    world = ready_world()
    handle = {"student": world.chance.id()}
    position = unheard(world, "harbour", "student.enrolled", handle, {"person": 7, "name": "Seven"})
    (finding,) = replayed(world, tmp_path).findings
    assert (finding.step, finding.position, finding.rule) == ("A6", position, "D3")


def test_nothing_disclosed_where_something_is_due(tmp_path: Path) -> None:
    world = ready_world()
    position = unheard(world, "harbour", "student.enrolled", {"student": world.chance.id()}, None)
    (finding,) = replayed(world, tmp_path).findings
    assert (finding.step, finding.position, finding.rule) == ("A6", position, "D2")


def test_a_person_registered_twice(tmp_path: Path) -> None:
    world = ready_world()
    student = world.student()
    session = world.session()
    student.register(session)
    claims = {
        "registration": world.chance.id(),
        "session": session,
        "attempt": 1,
        "registered_on": world.today,
    }
    disclosed = {"person": student.person, "name": student.name}
    position = unheard(world, "harbour", "candidate.registered", claims, disclosed)
    (finding,) = replayed(world, tmp_path).findings
    assert (finding.step, finding.position, finding.rule) == ("A6", position, "D12")


def timed(world: World) -> None:
    world.log.append(world.sign("operator", "time.stated", {"time": world.now}))


@pytest.mark.parametrize("honest", [True, False])
def test_the_disclosures_of_what_awaited_consent(tmp_path: Path, honest: bool) -> None:
    """D rules run again at the last consent, on the disclosures of the statement before."""
    world = ready_world()
    student = world.student()
    session = world.session()
    world.pass_days(40)
    timed(world)
    claims = {
        "registration": world.chance.id(),
        "session": session,
        "attempt": 1,
        "registered_on": world.day(-40),
        "late_reason": "delayed_records",
    }
    person = student.person if honest else world.chance.id()
    pending = unheard(
        world, "harbour", "candidate.registered", claims, {"person": person, "name": "Late"}
    )
    leaf = world.log[pending].leaf_id
    world.log.append(world.sign("regulator", "approved", {"statement": leaf}))
    report = replayed(world, tmp_path)
    if honest:
        assert report.findings == ()
    else:
        assert found(report, "A6")[0].position == pending
        assert found(report, "A6")[0].rule == "D11"
