"""Invented students, where they sit, and with which marks. The same seed, the same people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from ledger.cli.demo.catalogue import (
    CARE,
    ENGLISH,
    LOGISTICS,
    OFFERS,
    ROBOTS,
    SCHOOLS,
    SWIFTGATE,
    WEB,
    Offer,
)
from ledger.cli.demo.names import holder_name
from ledger.domain.passing import passes

ABSENT = 0.02  # share of parts that a candidate did not sit
AGAIN = 0.6  # share of those who failed that sit again
MORE = 0.25  # share that sits for another certificate too
CAUGHT = 0.08  # share of Swiftgate's certificates that were revoked for its own fault
CLEAR = 90  # mark, of 100, of those who stand for a fate


@dataclass(frozen=True, slots=True)
class Student:
    """A person at a school."""

    number: int
    name: str
    school: str


@dataclass(frozen=True, slots=True)
class Sitting:
    """A student in one session.

    Attributes:
        exam: day of the session.
        marks: by part; a part that was not sat has none.
        fate: what becomes of the certificate, see `fates`; none: it stays as it is.
    """

    student: Student
    offer: Offer
    exam: int
    attempt: int
    marks: Mapping[str, int]
    fate: str = ""

    @property
    def key(self) -> str:
        """Names this sitting among all."""
        return f"{self.student.number}/{self.offer.standard}/{self.exam}"

    @property
    def passed(self) -> bool:
        """What the standard's pass rule gives, or the examiners decide."""
        style = self.offer.style
        passed = passes(style.parts, style.pass_rule, self.marks)
        return self._decided if passed is None else passed

    @property
    def _decided(self) -> bool:
        """Examiners want at least half of each part, and nothing missing."""
        parts = self.offer.style.parts
        return all(2 * self.marks.get(one["part"], -1) >= one["maximum"] for one in parts)


# Whoever tries the demonstration meets one of each, however few students there are.
FATES = (
    ("valid", ROBOTS, -130),
    ("expired", ROBOTS, -1500),
    ("suspended", ROBOTS, -390),
    ("reinstated", CARE, -360),
    ("agency_fault", WEB, -320),
    ("person_fault", CARE, -110),
    ("order", WEB, -80),
    ("withdrawn_issuer", LOGISTICS, -150),
    ("late", ENGLISH, -60),
    ("awaiting", ENGLISH, -60),
    ("not_issued", CARE, -6),
    ("registered", CARE, 40),
)
FEWEST = len(FATES)


def sittings(students: int, seed: int) -> list[Sitting]:
    """Everybody's sittings."""
    random = Random(seed)  # noqa: S311 - invented marks are no secrets
    found = []
    for number in range(students):
        school = SCHOOLS[number % len(SCHOOLS)].party
        student = Student(number, holder_name(random), school)
        if number < len(FATES):
            fate, offer, exam = FATES[number]
            found.append(Sitting(student, offer, exam, 1, _clear(offer), fate))
        else:
            found += _career(student, random)
    return found


def _clear(offer: Offer) -> dict[str, int]:
    return {part["part"]: part["maximum"] * CLEAR // 100 for part in offer.style.parts}


def _career(student: Student, random: Random) -> Iterator[Sitting]:
    offer = random.choices(OFFERS, [one.weight for one in OFFERS])[0]
    yield from _until_passed(student, offer, random)
    if random.random() < MORE:
        others = [one for one in OFFERS if one is not offer]
        other = random.choices(others, [one.weight for one in others])[0]
        yield from _until_passed(student, other, random)


def _until_passed(student: Student, offer: Offer, random: Random) -> Iterator[Sitting]:
    exams = list(offer.exams)
    del exams[: random.randrange(len(exams))]
    for attempt, exam in enumerate(exams, 1):
        one = Sitting(student, offer, exam, attempt, _marks(offer, random))
        if one.passed and offer.agency is SWIFTGATE and random.random() < CAUGHT:
            one = Sitting(student, offer, exam, attempt, one.marks, "agency_fault")
        yield one
        if one.passed or random.random() > AGAIN:
            return


def _marks(offer: Offer, random: Random) -> dict[str, int]:
    """Marks around the candidate's own ability; a part that was not sat has none."""
    mean, spread = offer.ability
    able = random.gauss(mean, spread)
    absent = 0.0 if offer.agency is SWIFTGATE else ABSENT  # there everybody always came
    marks = {}
    for part in offer.style.parts:
        percent = min(100.0, max(0.0, random.gauss(able, 5)))
        if random.random() >= absent:
            marks[part["part"]] = round(percent * part["maximum"] / 100)
    return marks
