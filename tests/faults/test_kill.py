"""kill -9 under load: four clients over HTTP, and the whole server killed at random moments.

Nothing acknowledged is lost, nothing is there twice, who asks again gets the first receipt, and
the audit, which kept the latest acknowledged checkpoint, finds the log clean after each restart.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3

from ledger.core.checkpoint import open_checkpoint
from ledger.core.encoding import b64url_decode
from ledger.core.note import VerifierKey
from ledger.core.statement import parse_wire
from ledger.core.tree import InclusionProof
from ledger.core.verifier import verify_inclusion
from ledger.store.ledger import Ledger
from tests.cli.parties import ENVIRONMENT
from tests.faults.ledgers import audit, integrity, kept_keys, open_world, replay
from tests.faults.server import ROOT, Server, running
from tests.world import seed_key

CLIENTS = ("first", "second", "third", "fourth")
LONGEST = 0.8
"""Seconds under load before the server is killed, at most."""

Told = dict[str, Any]
"""One answered request, as `tests.faults.client` keeps it."""


class Load:
    """The clients, and what they were told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pause, self._stop = folder / "pause", folder / "stop"

    @contextmanager
    def of(self, url: str, session: str) -> Iterator[None]:
        """Clients that work until the end; each ends of itself, when all it sent is answered."""
        with (self.folder.parent / "clients.log").open("wb") as log:
            clients = [self._start(url, name, session, log) for name in CLIENTS]
            try:
                yield
                self._stop.touch()
                for client in clients:
                    client.wait(60)
                wrong = [one.returncode for one in clients if one.returncode != 0]
                assert not wrong, Path(log.name).read_text()
            finally:
                for client in clients:
                    client.kill()
                    client.wait()

    def _start(self, url: str, name: str, session: str, log: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.faults.client", url, name, session, self.folder]
        return subprocess.Popen(
            list(map(str, command)), cwd=ROOT, env=ENVIRONMENT, stdout=log, stderr=log
        )

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nobody begins anything new; what is not answered yet is asked all the same."""
        self._pause.touch()
        yield
        self._pause.unlink()

    def told(self) -> Iterator[Told]:
        """Every request that was answered."""
        for name in CLIENTS:
            path = self.folder / name
            # The last line may still be on its way to the disk.
            for line in path.read_bytes().split(b"\n")[:-1] if path.exists() else ():
                yield json.loads(line)

    def receipts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Wire form and receipt of every acknowledged statement."""
        for told in self.told():
            yield from zip(told["wires"], told["receipts"], strict=True)

    def latest(self) -> str | None:
        """The checkpoint of the largest size that somebody was shown."""
        shown = [told["receipts"][-1] for told in map(self._last_of, CLIENTS) if told is not None]
        best = max(shown, key=lambda one: one["size"], default=None)
        return None if best is None else str(best["checkpoint"])

    def _last_of(self, name: str) -> Told | None:
        """What a client was told last; its log grows long."""
        path = self.folder / name
        with path.open("rb") if path.exists() else io.BytesIO() as kept:
            kept.seek(max(0, kept.seek(0, os.SEEK_END) - 2**21))
            whole = kept.read().split(b"\n")[-2:-1]
        return json.loads(whole[0]) if whole else None


class Siege:
    """A ledger, its server, its clients, and an auditor with a memory."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.home = folder / "home"
        world, self._session = open_world(self.home)
        self.vkey = VerifierKey.parse(world.ledger.config.vkey)
        world.close()
        (folder / "told").mkdir()
        self.load = Load(folder / "told")
        self.server = Server(self.home)
        self._kept = folder / "kept"
        self._chance = chance
        self.kills = 0

    def run(self, kills: int, *, audits: bool) -> None:
        """Kill and restart that often, with an audit after each restart or only at the end."""
        try:
            self.server.start()
            with self.load.of(self.server.url, self._session):
                for _ in range(kills):
                    self._round(audits)
                self._restart(audits)
            self.server.stop()
        finally:
            self.server.kill()
        self.audit()

    def _round(self, audits: bool) -> None:
        self._restart(audits)
        time.sleep(self._chance.uniform(0, LONGEST))
        self.server.kill()
        self.kills += 1
        self.server.start()
        if self._chance.random() < 0.1:  # and once more while it starts
            time.sleep(self._chance.uniform(0, 2))
            self.server.kill()
            self.server.start()

    def _restart(self, audits: bool) -> None:
        self.server.wait_until_ready()
        if audits:
            with self.load.paused():
                self.audit()

    def audit(self) -> None:
        """The log is clean, and has all that anybody was shown before."""
        latest = self.load.latest()
        if latest is None:
            return
        self._kept.write_text(latest)
        assert audit(self.home, "--since", self._kept)["findings"] == []


def check_receipts(siege: Siege, entries: list[bytes]) -> int:
    """Each position holds exactly that entry, and its proof verifies; returns how many."""
    heads: dict[str, Any] = {}
    seen: set[int] = set()
    for wire, receipt in siege.load.receipts():
        statement = parse_wire(wire)
        position, note = receipt["position"], receipt["checkpoint"]
        assert entries[position] == statement.entry
        assert b64url_decode(receipt["leaf"]) == statement.leaf
        head = heads.get(note) or heads.setdefault(note, open_checkpoint(note, siege.vkey))
        hashes = tuple(map(b64url_decode, receipt["hashes"]))
        assert (receipt["index"], receipt["size"]) == (position, head.size)
        verify_inclusion(statement.leaf, InclusionProof(position, head.size, hashes), head)
        assert position not in seen
        seen.add(position)
    return len(seen)


def check_the_same_again(siege: Siege) -> None:
    """Whoever asks again, however late, gets the first receipt, to the last hash."""
    with running(siege.server) as url:
        pairs = siege.load.receipts()
        while chunk := list(itertools.islice(pairs, 1000)):
            body = "".join(f'{{"statement":"{wire}"}}\n' for wire, _ in chunk)
            kind = {"Content-Type": "application/jsonl"}
            answer = urllib3.request("POST", f"{url}/v1/statements", body=body, headers=kind)
            receipts = [json.loads(line).get("receipt") for line in answer.data.splitlines()]
            assert receipts == [receipt for _, receipt in chunk]


def check_log(siege: Siege) -> list[bytes]:
    """Nothing twice, nothing that nobody was told, and the key store has what the log leads to.

    Returns:
        The log.
    """
    with Ledger.open(siege.home) as ledger:
        replayed = replay(ledger)
    entries = replayed.entries
    assert len(set(entries)) == len(entries)
    school = seed_key("harbour").public.thumbprint
    said = Counter(parse_wire(wire).entry for wire, _ in siege.load.receipts())
    kid = f'"kid":"{school}"'.encode()
    assert set(said) == {entry for entry in entries if kid in _header(entry)}
    assert set(said.values()) == {1}
    assert kept_keys(siege.home) == (replayed.keys, replayed.people)
    for name in ("ledger.db", "keys.db", "views.db"):
        assert integrity(siege.home / name) == "ok"
    return entries


def _header(entry: bytes) -> bytes:
    return b64url_decode(entry.partition(b".")[0])


def besieged(folder: Path, kills: int, *, audits: bool) -> None:
    seed = random.SystemRandom().randrange(2**32)
    siege = Siege(folder, random.Random(seed))
    siege.run(kills, audits=audits)
    entries = check_log(siege)
    acknowledged = check_receipts(siege, entries)
    check_the_same_again(siege)
    again = [told for told in siege.load.told() if told["attempts"] > 1]
    # Those were in the log and nobody had been told: the moment that matters was hit.
    untold = [one for one in again if one["receipts"][0]["position"] < one["known"]]
    sys.stdout.write(
        f"seed {seed}: {siege.kills} kills, {acknowledged} statements acknowledged of a log of"
        f" {len(entries)}; {len(again)} requests asked again, {len(untold)} of them for what was"
        " already in the log\n"
    )
    assert siege.kills == kills
    assert again, "nobody was in the way of a kill"
    assert acknowledged > 10 * kills
    assert kills < 10 or untold


def test_killed_under_load_a_few_times(tmp_path: Path) -> None:
    besieged(tmp_path, 3, audits=False)


def test_whoever_kills_the_first_process_can_start_another(tmp_path: Path) -> None:
    """The workers end with it, or they would serve on and keep the address."""
    world, _ = open_world(tmp_path / "home")
    world.close()
    server = Server(tmp_path / "home")
    server.start()
    try:
        server.wait_until_ready()
        server.kill_first()
        with running(server) as url:
            assert urllib3.request("GET", f"{url}/healthz").status == 200
    finally:
        server.kill()


@pytest.mark.soak
def test_killed_under_load_at_fifty_random_moments(tmp_path: Path) -> None:
    besieged(tmp_path, 50, audits=True)
