"""Yesterday's database put back: auditors are told, and the server does not build upon it."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
import urllib3

from ledger.core.statement import Statement
from ledger.domain.errors import Refusal
from ledger.store.errors import KeyStoreAhead
from ledger.store.ledger import Ledger
from tests.faults.ledgers import audit, open_world
from tests.faults.server import Server, running


class Restoring:
    """A ledger with a backup of yesterday, and an auditor who kept today's checkpoint."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.world, _ = open_world(self.home)
        self.kept = folder / "kept"
        self._backup = folder / "yesterday.db"

    def enrol(self, count: int = 1) -> list[Statement]:
        """Students whose keys and persons the key store remembers."""
        return [
            self.world.sign(
                "harbour",
                "student.enrolled",
                {"student": self.world.chance.id()},
                {"person": self.world.chance.id(), "name": "Wei Example"},
                at=int(time.time()),
            )
            for _ in range(count)
        ]

    def rename(self) -> list[Statement]:
        """Something that the key store hears nothing of."""
        name = {"party": "harbour", "name": f"Harbour {self.world.chance.id()}"}
        return [self.world.sign("regulator", "party.renamed", name, at=int(time.time()))]

    def submit(self, statements: list[Statement]) -> None:
        answers = self.world.ledger.submit(statements)
        assert not any(isinstance(one, Refusal) for one in answers)

    def back_up(self) -> int:
        """Yesterday; its size."""
        self.world.ledger.snapshot(self._backup)
        return self.world.ledger.head().size

    def keep(self) -> int:
        """The auditor looks at the log; its size then."""
        self.kept.write_text(self.world.ledger.checkpoint())
        return self.world.ledger.head().size

    def restore(self) -> None:
        """Put yesterday's database in the place of today's. Nobody has it open."""
        self.world.close()
        for suffix in ("-wal", "-shm"):
            (self.home / f"ledger.db{suffix}").unlink(missing_ok=True)
        self._backup.replace(self.home / "ledger.db")


@pytest.fixture
def restoring(tmp_path: Path) -> Restoring:
    return Restoring(tmp_path)


def finding(home: Path, kept: Path) -> dict[str, object]:
    """The one thing that is wrong with the log itself; the key store and views are ahead of it."""
    report = audit(home, "--since", kept, code=1)
    (found,) = [one for one in report["findings"] if one["step"] == "A2"]
    return dict(found)


def test_the_auditor_is_told_that_the_log_shrank(restoring: Restoring) -> None:
    restoring.submit(restoring.enrol(3))
    yesterday = restoring.back_up()
    restoring.submit(restoring.enrol(3))
    today = restoring.keep()
    assert audit(restoring.home, "--since", restoring.kept)["size"] == today
    restoring.restore()
    assert "shrank" in str(finding(restoring.home, restoring.kept)["what"])
    assert audit(restoring.home)["size"] == yesterday  # without a memory nobody can know


def test_the_server_does_not_append_behind_its_key_store(restoring: Restoring) -> None:
    restoring.submit(restoring.enrol())
    yesterday = restoring.back_up()
    restoring.submit(restoring.enrol(2))
    today = restoring.enrol(2)
    restoring.submit(today)
    restoring.keep()
    restoring.restore()
    new, old = restoring.enrol(), today[:1]
    with running(Server(restoring.home, workers=1)) as url:
        for said in (new, old, restoring.rename()):
            kind = {"Content-Type": "application/sd-jwt"}
            path = f"{url}/v1/statements"
            answer = urllib3.request("POST", path, body=said[0].wire(), headers=kind, retries=False)
            assert answer.status == 503
            assert answer.json()["type"].endswith("/problems/ledger-behind-key-store")
            assert str(restoring.home) not in answer.data.decode()
        checkpoint = urllib3.request("GET", f"{url}/checkpoint").data.decode()
        assert int(checkpoint.splitlines()[1]) == yesterday
    assert "shrank" in str(finding(restoring.home, restoring.kept)["what"])


def test_a_history_that_went_on_differently_is_told(restoring: Restoring) -> None:
    """Where nothing that the key store knows was lost, the log can grow again, past today's size.

    Only a kept checkpoint can tell that what grew is another history.
    """
    restoring.submit(restoring.enrol())
    restoring.back_up()
    restoring.submit(restoring.rename())
    today = restoring.keep()
    restoring.restore()
    with Ledger.open(restoring.home) as ledger:
        while ledger.head().size <= today:
            ledger.submit(restoring.rename())
    assert audit(restoring.home)["findings"] == []
    found = finding(restoring.home, restoring.kept)
    assert "shrank" not in str(found["what"])
    assert str(today) in str(found["what"])


@pytest.mark.soak
def test_any_earlier_moment(tmp_path: Path) -> None:
    """Whatever moment is put back, whatever was said since: refused, or told by the audit."""
    chance = random.Random(1)
    refused = 0
    for turn in range(40):
        folder = tmp_path / str(turn)
        folder.mkdir()
        restoring = Restoring(folder)
        _say(restoring, chance, chance.randrange(5))
        restoring.back_up()
        _say(restoring, chance, chance.randrange(1, 5))
        restoring.keep()
        restoring.restore()
        refused += _goes_on(restoring.home, restoring.enrol())
        assert finding(restoring.home, restoring.kept)
    assert 0 < refused < 40


def _say(restoring: Restoring, chance: random.Random, times: int) -> None:
    for _ in range(times):
        restoring.submit(chance.choice((restoring.enrol, restoring.rename))())


def _goes_on(home: Path, statements: list[Statement]) -> bool:
    """Try to append; whether that was refused for the key store's sake."""
    with Ledger.open(home) as ledger:
        size = ledger.head().size
        try:
            ledger.submit(statements)
        except KeyStoreAhead:
            assert ledger.head().size == size
            return True
        return False
