"""Founding and opening a home folder."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from ledger.core.checkpoint import open_checkpoint
from ledger.core.note import VerifierKey
from ledger.core.statement import parse_wire
from ledger.domain.errors import Refusal
from ledger.store.errors import (
    AlreadyFounded,
    NotFounded,
    StorageFailed,
    UnsafeHome,
    WrongOperatorKeys,
)
from ledger.store.ledger import Ledger
from tests.store.stored import OPERATOR_KEYS, StoredWorld
from tests.world import ORIGIN, World, seed_key


def found(home: Path, world: World | None = None, **keys) -> Ledger:
    return Ledger.found(home, (world or World()).founding(), {**OPERATOR_KEYS, **keys})


def test_founding_is_position_zero(tmp_path: Path) -> None:
    founding = World().founding()
    with Ledger.found(tmp_path / "deep" / "home", founding, OPERATOR_KEYS) as ledger:
        assert ledger.entry(0) == founding.entry
        assert ledger.head().size == 1
        vkey = VerifierKey.parse(ledger.config.vkey)
        assert open_checkpoint(ledger.checkpoint(), vkey) == ledger.head()
        assert vkey.name == ORIGIN
        assert vkey.key.x == founding.claims["log_key"]["key"]


def test_the_home_is_private(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    with found(home) as ledger:
        ledger.status()
        modes = {path.relative_to(home).as_posix(): path.stat().st_mode for path in home.rglob("*")}
        assert home.stat().st_mode & 0o777 == 0o700
    for use in ("log", "statement", "report"):
        assert modes[f"operator/{use}.key"] & 0o777 == 0o600
    assert {name: oct(mode & 0o077) for name, mode in modes.items() if mode & 0o077} == {}


def test_the_configuration_holds_no_secret(tmp_path: Path) -> None:
    with found(tmp_path / "home") as ledger:
        config = json.loads((ledger.home.path / "config.json").read_text())
        key = json.loads((ledger.home.path / "operator" / "log.key").read_text())
    assert config["origin"] == ORIGIN
    assert config["vkey"].startswith(f"{ORIGIN}+")
    assert set(key) == {"party", "use", "seed"}
    assert key["seed"] not in json.dumps(config)


def test_opening_again(tmp_path: Path) -> None:
    with found(tmp_path / "home") as ledger:
        status = ledger.status()
    with Ledger.open(tmp_path / "home") as again:
        assert again.status() == status
        assert again.home.operator_key("report").seed == OPERATOR_KEYS["report"].seed


def test_status_says_what_runs(tmp_path: Path) -> None:
    with found(tmp_path / "home") as ledger:
        status = ledger.status()
    assert status["size"] == 1
    assert status["origin"] == ORIGIN
    assert status["database"] == f"sqlite:///{tmp_path}/home/ledger.db"
    assert tuple(map(int, status["sqlite_version"].split("."))) >= (3, 51, 3)
    assert set(status) >= {"vkey", "root", "operator", "stated_time"}
    json.dumps(status)


def test_a_ledger_is_founded_once(tmp_path: Path) -> None:
    with found(tmp_path / "home") as ledger:
        vkey = ledger.config.vkey
    other = seed_key("another log key")
    world = World()
    founding = world.founding()
    with pytest.raises(AlreadyFounded):
        Ledger.found(tmp_path / "home", founding, OPERATOR_KEYS)
    with pytest.raises(WrongOperatorKeys):
        found(tmp_path / "home", log=other)
    with Ledger.open(tmp_path / "home") as again:
        assert again.config.vkey == vkey
        assert again.head().size == 1


def test_two_founders_at_once_make_one_ledger(tmp_path: Path) -> None:
    outcomes: list[object] = []

    def run() -> None:
        try:
            with found(tmp_path / "home") as ledger:
                outcomes.append(ledger.head().size)
        except AlreadyFounded as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(str, outcomes)) == ["1", *["already-founded"] * 3]


@pytest.mark.parametrize("use", ["log", "statement", "report"])
def test_other_keys_than_the_founding_names_make_nothing(tmp_path: Path, use: str) -> None:
    with pytest.raises(WrongOperatorKeys, match=use):
        found(tmp_path / "home", **{use: seed_key("other")})
    assert not (tmp_path / "home").exists()


def test_a_founding_that_breaks_a_rule_makes_nothing(tmp_path: Path) -> None:
    world = World()
    claims = {**world.founding().claims, "regulator": "operator"}
    for name in ("iss", "iat", "jti", "type"):
        del claims[name]
    broken = world.signers["operator"].sign("ledger.founded", claims, at=world.now)
    with pytest.raises(Refusal):
        Ledger.found(tmp_path / "home", broken, OPERATOR_KEYS)
    assert not (tmp_path / "home").exists()


def test_a_forged_founding_makes_nothing(tmp_path: Path) -> None:
    world = World()
    head, _, _ = world.founding().entry.rpartition(b".")
    signature = World(now=world.now + 1).founding().entry.rpartition(b".")[2]
    with pytest.raises(Refusal, match="wrong-signature"):
        Ledger.found(tmp_path / "home", parse_wire(head + b"." + signature), OPERATOR_KEYS)
    assert not (tmp_path / "home").exists()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    found(tmp_path / "home").close()
    (tmp_path / "home" / "ledger.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StorageFailed):
        Ledger.open(tmp_path / "home")


def test_a_database_that_is_missing_or_empty_is_no_ledger(tmp_path: Path) -> None:
    found(tmp_path / "home").close()
    database = tmp_path / "home" / "ledger.db"
    database.write_bytes(b"")
    with pytest.raises(NotFounded):
        Ledger.open(tmp_path / "home")
    database.unlink()
    with pytest.raises(NotFounded):
        Ledger.open(tmp_path / "home")
    assert not database.exists()


def test_a_founding_that_was_cut_off_starts_over(tmp_path: Path) -> None:
    """A crash before position 0 leaves files, but no ledger."""
    home = tmp_path / "home"
    with found(home) as ledger:
        with ledger._sqlite._datastore.transaction(commit=True) as cursor:
            for table in ("head", "leaves", "stored_events", "records", "tiles", "streams"):
                cursor.execute(f"DELETE FROM {table}")
        with pytest.raises(NotFounded):
            ledger.head()
    with pytest.raises(NotFounded):
        Ledger.open(home)
    with found(home) as ledger:
        assert ledger.head().size == 1


@pytest.mark.parametrize("there", [False, True])
def test_no_ledger_here(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "home").mkdir()
    with pytest.raises(NotFounded) as caught:
        Ledger.open(tmp_path / "home")
    assert caught.value.code == "not-founded"
    assert (tmp_path / "home").exists() == there


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    found(tmp_path / "home").close()
    key = tmp_path / "home" / "operator" / "statement.key"
    key.chmod(0o640)
    with pytest.raises(UnsafeHome, match="chmod 600"):
        Ledger.open(tmp_path / "home")


def test_students_keys_that_others_may_read_are_refused(tmp_path: Path) -> None:
    found(tmp_path / "home").close()
    keys = tmp_path / "home" / "keys.db"
    keys.chmod(0o644)
    with pytest.raises(UnsafeHome, match="chmod 600"):
        Ledger.open(tmp_path / "home")
    keys.unlink()
    with pytest.raises(UnsafeHome, match=r"keys\.db cannot be read"):
        Ledger.open(tmp_path / "home")
    assert not keys.exists()


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"use": "log"', '{"use": "log", "seed": "short"}', '{"use": "report"}'],
)
def test_a_damaged_key_is_refused_without_quoting_it(tmp_path: Path, text: str) -> None:
    found(tmp_path / "home").close()
    (tmp_path / "home" / "operator" / "log.key").write_text(text)
    with pytest.raises(UnsafeHome) as caught:
        Ledger.open(tmp_path / "home")
    assert "short" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": "other/1"}', '{"format": "certledger-home/1"}']
)
def test_a_damaged_configuration_is_refused(tmp_path: Path, text: str) -> None:
    found(tmp_path / "home").close()
    (tmp_path / "home" / "config.json").write_text(text)
    with pytest.raises(UnsafeHome):
        Ledger.open(tmp_path / "home")


def test_a_log_key_of_another_ledger_is_refused(tmp_path: Path) -> None:
    found(tmp_path / "home").close()
    key = tmp_path / "home" / "operator" / "log.key"
    statement = json.loads((tmp_path / "home" / "operator" / "statement.key").read_text())
    key.write_text(json.dumps({**statement, "use": "log"}))
    with pytest.raises(WrongOperatorKeys):
        Ledger.open(tmp_path / "home")


def test_a_configuration_that_renames_the_ledger_is_refused(tmp_path: Path) -> None:
    found(tmp_path / "home").close()
    path = tmp_path / "home" / "config.json"
    config = json.loads(path.read_text())
    signer = VerifierKey("other.example", OPERATOR_KEYS["log"].public)
    path.write_text(json.dumps({**config, "origin": "other.example", "vkey": str(signer)}))
    with pytest.raises(WrongOperatorKeys):
        Ledger.open(tmp_path / "home")


def test_a_database_of_a_later_version_is_refused(world: StoredWorld) -> None:
    with world.ledger._sqlite._datastore.transaction(commit=True) as cursor:
        cursor.execute("PRAGMA user_version = 99")
    with pytest.raises(Exception, match="format 99"):
        world.reopen()


def test_a_statement_key_that_the_ledger_does_not_know_stops_the_appending(
    world: StoredWorld,
) -> None:
    key = world.home / "operator" / "statement.key"
    values = json.loads(key.read_text())
    log = json.loads((world.home / "operator" / "log.key").read_text())
    key.write_text(json.dumps({**values, "seed": log["seed"]}))
    world.pass_days(1)
    statement = world.sign(
        "regulator", "party.registered", {"party": "new", "name": "New", "roles": ["school"]}
    )
    with world.reopen() as other, pytest.raises(WrongOperatorKeys, match="statement of time"):
        other.submit([statement])
