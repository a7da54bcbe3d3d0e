"""Issuing certificates in batches of 1,000 through parsing, signatures, admission and store.

Ratio to the bare sign loop of the same run; held to 0.2. Also one statement at a time, for the
price of its own fsync.

    python -m bench.bench_admission [certificates]
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bench.baseline import report, resident_mb, sign_rate
from ledger.core.statement import Statement, parse_wire
from ledger.domain.errors import Refusal
from ledger.store.ledger import Ledger
from tests.world import ORIGIN, Candidate, World, named, seed_key, standard_claims

BATCH = 1000
HALF_FULL = 65_536
OPERATOR_KEYS = {
    "log": seed_key("operator/log"),
    "statement": seed_key("operator"),
    "report": seed_key("operator/report"),
}


class Bench:
    """A ledger in a folder, and a world that signs for it without judging anything itself."""

    def __init__(self, home: Path) -> None:
        self.world = World()
        founding = self.world.founding()
        self.ledger = Ledger.found(
            home, founding, OPERATOR_KEYS, clock=self._time, monotonic=self._time
        )

    def _time(self) -> float:
        return float(self.world.now)

    def say(
        self, party: str, kind: str, claims: dict[str, Any], disclosed: Any = None
    ) -> Statement:
        statement = self.world.sign(party, kind, claims, disclosed)
        self.submit([statement])
        return statement

    def submit(self, statements: Iterable[Statement]) -> None:
        for answer in self.ledger.submit(statements):
            if isinstance(answer, Refusal):
                raise answer

    def stage(self) -> str:
        """Everything up to a published session; returns its id."""
        world = self.world
        for ident, role in (("northern", "agency"), ("harbour", "school")):
            signer = world.signer(ident)
            registered = {"party": ident, "name": ident.title(), "roles": [role]}
            self.say("regulator", "party.registered", registered)
            key = {"party": ident, **world.proof(ident, signer.key)}
            self.say("regulator", "key.registered", key)
        scope = {"certificate_type": "welding", "level": "elementary"}
        defined = {"certificate_type": "welding", "name": "Welding", "category": "vocational"}
        self.say("regulator", "certificate_type.defined", defined)
        standard = self.say("northern", "standard.published", standard_claims())
        self.say("regulator", "approved", {"statement": standard.leaf_id})
        granted = {"agency": "northern", "scope": [scope], "effective_from": world.day(-10)}
        self.say("regulator", "accreditation.granted", granted)
        session = world.chance.id()
        plan = {"session": session, **scope, "exam_date": world.today, "planned_on": world.today}
        self.say("northern", "session.planned", plan)
        published = {"session": session, "published_on": world.today}
        self.say("northern", "session.published", published)
        return session

    def certificates(self, count: int) -> list[bytes]:
        """``count`` passes, published; the wire form of a certificate for each."""
        world = self.world
        session = self.stage()
        candidates = [self._candidate(session, index) for index in range(count)]
        for batch in _batches(iter([one for _, many in candidates for one in many])):
            self.submit(batch)
        held = {"session": session, "held_on": world.today}
        self.say("northern", "session.held", held)
        for batch in _batches(self._result(candidate) for candidate, _ in candidates):
            self.submit(batch)
        results = {"session": session, "published_on": world.today}
        self.say("northern", "results.published", results)
        exam_date = world.today
        world.pass_days(3)
        return [
            self._certificate(candidate, exam_date, index).wire()
            for index, (candidate, _) in enumerate(candidates)
        ]

    def _candidate(self, session: str, index: int) -> tuple[Candidate, list[Statement]]:
        world = self.world
        handle, person, registration = (world.chance.id() for _ in range(3))
        who = {"person": person, "name": f"Candidate {index}"}
        enrolled = world.sign("harbour", "student.enrolled", {"student": handle}, who)
        claims = {
            "registration": registration,
            "session": session,
            "attempt": 1,
            "registered_on": world.today,
        }
        registered = world.sign("harbour", "candidate.registered", claims, who)
        candidate = Candidate(None, session, registration, "northern", named(registered))  # type: ignore[arg-type]
        said = [enrolled, registered]
        for part, mark in (("theory", 90), ("bench", 45), ("report", 18)):
            score = {"registration": registration, "part": part, "assessed_on": world.today}
            statement = world.sign("northern", "score.recorded", score, {f"mark.{part}": mark})
            candidate.disclosures |= named(statement)
            said.append(statement)
        return candidate, said

    def _result(self, candidate: Candidate) -> Statement:
        claims = {
            "registration": candidate.registration,
            "standard": "welding",
            "version": 1,
            "outcome": "pass",
            "parts": ["theory", "bench", "report"],
            "determined_on": self.world.today,
        }
        return self.world.sign("northern", "result.determined", claims, repeat=candidate.marks())

    def _certificate(self, candidate: Candidate, exam_date: str, index: int) -> Statement:
        world = self.world
        number, place = divmod(index, HALF_FULL)
        claims = {
            "certificate": world.chance.id(),
            "number": f"NS-2026-{index:07}",
            "registration": candidate.registration,
            "certificate_type": "welding",
            "level": "elementary",
            "standard": "welding",
            "version": 1,
            "exam_date": exam_date,
            "issued_on": world.today,
            "vct": f"https://{ORIGIN}/vct/certificate/1",
            "status": {
                "status_list": {
                    "idx": place,
                    "uri": f"https://{ORIGIN}/status/northern-2026-{number + 1}",
                }
            },
        }
        repeat = (candidate.disclosures["name"], *candidate.marks())
        return world.sign("northern", "certificate.issued", claims, repeat=repeat)


def _batches(statements: Iterator[Statement]) -> Iterator[list[Statement]]:
    while batch := list(islice(statements, BATCH)):
        yield batch


def _issue(home: Path, wires: list[bytes], now: int, ready: Any, go: Any) -> None:
    """One process: parse, submit, as an API worker does."""
    with Ledger.open(home, clock=lambda: float(now), monotonic=lambda: float(now)) as ledger:
        ready.release()
        go.wait()
        for at in range(0, len(wires), BATCH):
            statements = [parse_wire(wire) for wire in wires[at : at + BATCH]]
            refused = [one for one in ledger.submit(statements) if isinstance(one, Refusal)]
            if refused:
                raise refused[0]


def issue(home: Path, wires: list[bytes], now: int, processes: int) -> float:
    """Certificates a second with that many processes on the same ledger."""
    context = multiprocessing.get_context("spawn")
    ready, go = context.Semaphore(0), context.Event()
    shares = [wires[index::processes] for index in range(processes)]
    jobs = [context.Process(target=_issue, args=(home, one, now, ready, go)) for one in shares]
    for job in jobs:
        job.start()
    for _ in jobs:
        ready.acquire()
    start = time.perf_counter()
    go.set()
    for job in jobs:
        job.join()
        if job.exitcode != 0:
            raise RuntimeError("a process failed")
    return len(wires) / (time.perf_counter() - start)


def main(count: int) -> bool:
    """Run it; whether the ratio holds."""
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        bench = Bench(home)
        wires = bench.certificates(2 * count)
        now = bench.world.now
        bare = sign_rate()
        alone = issue(home, wires[:count], now, 1)
        report("issue certificates, one process", alone, bare)
        served = issue(home, wires[count:], now, cores)
        held = report(f"issue certificates, {cores} processes as served", served, bare, 0.2)
        singles = [_renamed(bench, index) for index in range(200)]
        start = time.perf_counter()
        for one in singles:
            bench.submit([one])
        single = len(singles) / (time.perf_counter() - start)
        print(f"one statement at a time: {single:,.0f}/s; peak memory {resident_mb():.0f} MB")
        bench.ledger.close()
    return held


def _renamed(bench: Bench, index: int) -> Statement:
    claims = {"party": "northern", "name": f"Northern {index}"}
    return bench.world.sign("regulator", "party.renamed", claims)


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
