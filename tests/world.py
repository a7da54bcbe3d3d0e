"""A small world of agencies, schools and candidates, whose log lives in a dictionary.

Tests tell a story in a few lines: build a world, say things, look at what the rules made of them.
Every statement is really signed, and every signature is really verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.core.encoding import b64url
from ledger.core.keys import PrivateKey
from ledger.core.sdjwt import Disclosure, make_disclosure
from ledger.core.statement import (
    Statement,
    parse_entry,
    sign_possession,
    sign_statement,
    verify_statement,
)
from ledger.domain import admission
from ledger.domain.certificates import vct_url
from ledger.domain.dates import civil_date
from ledger.domain.form import issuer_url
from ledger.domain.records import Record
from ledger.domain.rulebook import RULEBOOKS, Types

ORIGIN = "ledger.example/test"
START = 1_767_225_600  # 2026-01-01T00:00:00Z
DAY = 86_400


class Chance:
    """Reproducible bytes, for ids, salts and keys."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, 0

    def bytes(self, size: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self._seed}/{self._count}".encode()).digest(size)

    def id(self) -> str:
        return b64url(self.bytes(16))


def seed_key(name: str) -> PrivateKey:
    return PrivateKey.from_seed(hashlib.sha256(name.encode()).digest())


@dataclass
class Signer:
    """One party with its key and its own source of randomness."""

    party: str
    key: PrivateKey
    chance: Chance
    origin: str = ORIGIN

    def sign(
        self,
        kind: str,
        claims: Mapping[str, Any],
        disclosed: Mapping[str, Any] | None = None,
        *,
        at: int,
        repeat: tuple[Disclosure, ...] = (),
        **envelope: Any,
    ) -> Statement:
        fresh = tuple(
            make_disclosure(name, value, self.chance.bytes(32))
            for name, value in (disclosed or {}).items()
        )
        payload = {
            "iss": issuer_url(self.origin, self.party),
            "iat": at,
            "jti": self.chance.id(),
            "type": kind,
            **claims,
            **envelope,
        }
        return sign_statement(self.key, payload, (*repeat, *fresh))


@dataclass
class World:
    """The in-memory ledger of one test, with a clock that the test moves."""

    now: int = START
    rulebooks: Mapping[int, Types] = field(default_factory=lambda: dict(RULEBOOKS))
    records: dict[str, Record] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    log: list[Statement] = field(default_factory=list)
    effects: list[int | None] = field(default_factory=list)
    signers: dict[str, Signer] = field(default_factory=dict)
    keys: dict[str, PrivateKey] = field(default_factory=dict)
    chance: Chance = field(default_factory=lambda: Chance("world"))

    # --- the door ---------------------------------------------------------------------------------

    def admit(self, statement: Statement) -> admission.Admission:
        """Judge and append one statement, as the ledger does, stating the time before it."""
        if self.log and statement.type != "time.stated":
            self._state_time()
        return self._append(statement)

    def _append(self, statement: Statement) -> admission.Admission:
        if statement.kid in self.keys:
            verify_statement(statement, self.keys[statement.kid].public)
        done = admission.hear(
            statement,
            self.records.get,
            position=len(self.log),
            load_person=self.people.get,
            reopen=lambda position: self.log[position].disclosures,
            rulebooks=self.rulebooks,
        )
        apply(self.records, done)
        self.people.update(done.people)
        self.log.append(statement)
        self.effects.append(done.effect)
        return done

    def _state_time(self) -> None:
        clock = self.records["clock"]
        if self.now > clock.time:  # type: ignore[union-attr]
            self._append(
                self.signers["operator"].sign("time.stated", {"time": self.now}, at=self.now)
            )

    def say(
        self, party: str, kind: str, claims: Mapping[str, Any], disclosed: Any = None, **more: Any
    ) -> Statement:
        """Sign a statement as ``party`` and have it admitted."""
        statement = self.sign(party, kind, claims, disclosed, **more)
        self.admit(statement)
        return statement

    def sign(
        self, party: str, kind: str, claims: Mapping[str, Any], disclosed: Any = None, **more: Any
    ) -> Statement:
        more.setdefault("at", self.now)
        return self.signers[party].sign(kind, claims, disclosed, **more)

    def approved(
        self, party: str, kind: str, claims: Mapping[str, Any], by: str = "regulator", **more: Any
    ) -> Statement:
        """A statement together with the consent that it needs."""
        statement = self.say(party, kind, claims, **more)
        self.say(by, "approved", {"statement": statement.leaf_id})
        return statement

    # --- time -------------------------------------------------------------------------------------

    @property
    def today(self) -> str:
        return civil_date(self.now)

    def day(self, offset: int) -> str:
        return civil_date(self.now + offset * DAY)

    def pass_days(self, days: int) -> None:
        self.now += days * DAY

    # --- who takes part ---------------------------------------------------------------------------

    def signer(self, party: str, name: str | None = None) -> Signer:
        key = seed_key(name or party)
        self.keys[key.public.thumbprint] = key
        signer = Signer(party, key, Chance(f"signer/{name or party}"))
        self.signers[party] = signer
        return signer

    def found(self) -> World:
        """Found the ledger."""
        self.admit(self.founding())
        return self

    def founding(self) -> Statement:
        operator = self.signer("operator")
        regulator = self.signer("regulator")

        def proven(party: str, use: str, key: PrivateKey) -> dict[str, str]:
            return {"key": key.public.x, "proof": sign_possession(key, ORIGIN, party, use)}

        claims = {
            "origin": ORIGIN,
            "operator": "operator",
            "operator_name": "Education Bureau",
            "regulator": "regulator",
            "regulator_name": "Skills Regulator",
            "rules_version": 1,
            "log_key": proven("operator", "log", seed_key("operator/log")),
            "statement_key": proven("operator", "statement", operator.key),
            "report_key": proven("operator", "report", seed_key("operator/report")),
            "regulator_key": proven("regulator", "statement", regulator.key),
            "recovery_key": proven("regulator", "recovery", seed_key("regulator/recovery")),
        }
        return operator.sign("ledger.founded", claims, at=self.now)

    def party(self, ident: str, *roles: str) -> Signer:
        """Register a party with a key."""
        signer = self.signer(ident)
        self.say(
            "regulator",
            "party.registered",
            {"party": ident, "name": ident.title(), "roles": list(roles)},
        )
        self.say("regulator", "key.registered", {"party": ident, **self.proof(ident, signer.key)})
        return signer

    def proof(self, party: str, key: PrivateKey) -> dict[str, str]:
        self.keys[key.public.thumbprint] = key
        return {
            "key": key.public.x,
            "proof": sign_possession(key, ORIGIN, party, "statement"),
        }

    # --- what they do -----------------------------------------------------------------------------

    def standard(self, agency: str = "northern", **changes: Any) -> Statement:
        return self.approved(agency, "standard.published", standard_claims(**changes))

    def accredit(self, agency: str = "northern", **changes: Any) -> Statement:
        claims = {"agency": agency, "scope": [dict(SCOPE)], "effective_from": self.day(-10)}
        return self.say("regulator", "accreditation.granted", {**claims, **changes})

    def session(self, agency: str = "northern", *, exam_in: int = 0, publish: bool = True) -> str:
        """Plan a session, and publish it; the exam is ``exam_in`` days ahead. Returns its id."""
        ident = self.chance.id()
        exam_date = self.day(exam_in)
        claims = {"session": ident, **SCOPE, "exam_date": exam_date, "planned_on": self.today}
        self.say(agency, "session.planned", claims)
        if publish:
            self.say(agency, "session.published", {"session": ident, "published_on": self.today})
        return ident

    def hold(self, session: str, agency: str = "northern") -> None:
        self.say(agency, "session.held", {"session": session, "held_on": self.today})

    def publish(self, session: str, agency: str = "northern") -> None:
        self.say(agency, "results.published", {"session": session, "published_on": self.today})

    def student(self, name: str = "Wei Example", school: str = "harbour") -> Student:
        student = Student(self, name, school, self.chance.id(), self.chance.id())
        disclosed = {"person": student.person, "name": name}
        self.say(school, "student.enrolled", {"student": student.handle}, disclosed)
        return student

    def candidate(self, session: str, name: str = "Wei Example", **more: Any) -> Candidate:
        """Enrol a student and register it for the session."""
        return self.student(name).register(session, **more)


@dataclass
class Student:
    world: World
    name: str
    school: str
    handle: str
    person: str

    def register(self, session: str, *, attempt: int = 1, agency: str = "northern") -> Candidate:
        world = self.world
        claims = {
            "registration": world.chance.id(),
            "session": session,
            "attempt": attempt,
            "registered_on": world.today,
        }
        disclosed = {"person": self.person, "name": self.name}
        statement = world.say(self.school, "candidate.registered", claims, disclosed)
        return Candidate(self, session, claims["registration"], agency, named(statement))


def named(statement: Statement) -> dict[str, Disclosure]:
    return {one.name: one for one in statement.disclosures or ()}


@dataclass
class Candidate:
    """One registration, and what the agency says about it."""

    student: Student
    session: str
    registration: str
    agency: str
    disclosures: dict[str, Disclosure]

    @property
    def world(self) -> World:
        return self.student.world

    def score(self, part: str, mark: Any) -> Statement:
        claims = {"registration": self.registration, "part": part, "assessed_on": self.world.today}
        statement = self.world.say(self.agency, "score.recorded", claims, {f"mark.{part}": mark})
        self.disclosures |= named(statement)
        return statement

    def marks(self) -> tuple[Disclosure, ...]:
        return tuple(one for name, one in self.disclosures.items() if name.startswith("mark."))

    def result(self, outcome: str, **changes: Any) -> Statement:
        parts = [one.name[5:] for one in self.marks()]
        claims = {
            "registration": self.registration,
            "standard": "welding",
            "version": 1,
            "outcome": outcome,
            "parts": parts,
            "determined_on": self.world.today,
            **changes,
        }
        return self.world.say(self.agency, "result.determined", claims, repeat=self.marks())

    def certificate_claims(self, **changes: Any) -> dict[str, Any]:
        world = self.world
        record: Any = world.records[f"session/{self.session}"]
        year = world.today[:4]
        return {
            "certificate": world.chance.id(),
            "number": f"NS-{int.from_bytes(world.chance.bytes(4), 'big')}",
            "registration": self.registration,
            "certificate_type": "welding",
            "level": "elementary",
            "standard": "welding",
            "version": 1,
            "exam_date": record.held_on,
            "issued_on": world.today,
            "vct": vct_url(ORIGIN),
            "status": {
                "status_list": {
                    "idx": len(world.log),
                    "uri": f"https://{ORIGIN}/status/{self.agency}-{year}-1",
                }
            },
            **changes,
        }

    def issue(self, **changes: Any) -> Statement:
        claims = self.certificate_claims(**changes)
        repeat = (self.disclosures["name"], *self.marks())
        return self.world.say(self.agency, "certificate.issued", claims, repeat=repeat)


SCOPE = {"certificate_type": "welding", "level": "elementary"}


def standard_claims(**changes: Any) -> dict[str, Any]:
    """Theory and practice, each with its own threshold; 3 days of objection."""
    return {
        "standard": "welding",
        "version": 1,
        **SCOPE,
        "title": "Welding, elementary",
        "parts": [
            {"part": "theory", "component": "theory", "maximum": 100, "weight": "100"},
            {"part": "bench", "component": "practice", "maximum": 50, "weight": "60"},
            {"part": "report", "component": "practice", "maximum": 20, "weight": "40"},
        ],
        "pass_rule": {
            "kind": "thresholds",
            "totals": [
                {"component": "theory", "minimum": "60"},
                {"component": "practice", "minimum": "80"},
            ],
        },
        "objection_days": 3,
        "effective_from": "2025-12-20",
        **changes,
    }


def apply(records: dict[str, Record], done: admission.Admission) -> None:
    """Bring the records to the state after an admission."""
    for key, record in done.changes.items():
        if record is None:
            records.pop(key, None)
        else:
            records[key] = record


def replay(world: World, *, with_people: bool = False) -> World:
    """An independent replay of a world's log, from the entries' bytes."""
    other = World(rulebooks=world.rulebooks)
    for position, statement in enumerate(world.log):
        source = statement if with_people else parse_entry(statement.entry)
        done = admission.hear(
            source,
            other.records.get,
            position=position,
            load_person=other.people.get if with_people else None,
            reopen=lambda position: other.log[position].disclosures,
            rulebooks=world.rulebooks,
        )
        apply(other.records, done)
        other.people.update(done.people)
        other.log.append(source)
        other.effects.append(done.effect)
    return other


def ready_world() -> World:
    """A founded ledger with one agency, one school, one type, a standard and an accreditation."""
    world = World().found()
    world.party("northern", "agency")
    world.party("harbour", "school")
    world.say(
        "regulator",
        "certificate_type.defined",
        {"certificate_type": "welding", "name": "Welding", "category": "vocational"},
    )
    world.standard()
    world.accredit()
    return world


def passed_candidate(world: World, *, wait: int = 3) -> Candidate:
    """A candidate with a published pass, ``wait`` days after the publication."""
    session = world.session()
    candidate = world.candidate(session)
    for part, mark in (("theory", 60), ("bench", 40), ("report", 16)):
        candidate.score(part, mark)
    world.hold(session)
    candidate.result("pass")
    world.publish(session)
    world.pass_days(wait)
    return candidate
