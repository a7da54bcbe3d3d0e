"""Small invented tables with the columns of the Open University's data set."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

COURSES = ("code_module", "code_presentation", "module_presentation_length")
ASSESSMENTS = (
    *("code_module", "code_presentation", "id_assessment"),
    *("assessment_type", "date", "weight"),
)
INFO = (
    *("code_module", "code_presentation", "id_student", "gender", "region"),
    *("highest_education", "num_of_prev_attempts", "final_result"),
)
SCORES = ("id_assessment", "id_student", "date_submitted", "is_banked", "score")


@dataclass
class Tables:
    """Rows of the four tables; a test changes them before it writes them."""

    courses: list[tuple[object, ...]] = field(default_factory=list)
    assessments: list[tuple[object, ...]] = field(default_factory=list)
    info: list[tuple[object, ...]] = field(default_factory=list)
    scores: list[tuple[object, ...]] = field(default_factory=list)

    def write(self, folder: Path, info: str = "studentInfo.csv") -> Path:
        folder.mkdir(exist_ok=True)
        for name, columns, rows in (
            ("courses.csv", COURSES, self.courses),
            ("assessments.csv", ASSESSMENTS, self.assessments),
            (info, INFO, self.info),
            ("studentAssessment.csv", SCORES, self.scores),
        ):
            with (folder / name).open("w", newline="") as file:
                csv.writer(file).writerows([columns, *rows])
        return folder

    def presentation(self, module: str, code: str, length: int, first: int) -> Tables:
        """A presentation with two assignments and an exam, ids counted from `first`."""
        self.courses.append((module, code, length))
        self.assessments += [
            (module, code, first, "TMA", 20, "40"),
            (module, code, first + 1, "CMA", 60, "60.0"),
            (module, code, first + 2, "Exam", "", "100"),
        ]
        return self

    def student(
        self,
        module: str,
        code: str,
        number: int,
        outcome: str,
        scores: dict[int, object],
        *,
        region: str = "Scotland",
        before: int = 0,
        day: int = 30,
    ) -> Tables:
        """A candidate with marks by assessment."""
        self.info.append((module, code, number, "F", region, "A Level", before, outcome))
        self.scores += [(ident, number, day, 0, mark) for ident, mark in scores.items()]
        return self


def story() -> Tables:
    """One module, two presentations, five students; one fails and sits again."""
    tables = Tables()
    tables.presentation("AAA", "2013B", 240, 101).presentation("AAA", "2013J", 268, 201)
    tables.student("AAA", "2013B", 11, "Pass", {101: 80, 102: 60, 103: 55})
    tables.student("AAA", "2013B", 12, "Fail", {101: 20}, region="North Region")
    tables.student("AAA", "2013B", 13, "Withdrawn", {101: 50}, region="Wales")
    tables.student("AAA", "2013B", 14, "Distinction", {101: 90, 102: 95, 103: 88}, day=-5)
    tables.student("AAA", "2013J", 12, "Pass", {201: 70, 202: 71}, region="North Region", before=1)
    return tables.student("AAA", "2013J", 15, "Pass", {}, region="Wales")


def crowd(students: int) -> Tables:
    """Many students in two modules, for what takes a while."""
    tables = Tables()
    for place, module in enumerate(("BBB", "CCC")):
        first = 1000 * (place + 1)
        tables.presentation(module, "2014B", 240, first)
        for number in range(students):
            marks: dict[int, object] = {first: number % 101, first + 1: 70, first + 2: 50}
            outcome = ("Pass", "Fail", "Withdrawn", "Distinction")[number % 4]
            region = f"Region {number % 5}"
            tables.student(module, "2014B", number, outcome, marks, region=region)
    return tables


WEIGHTS = {
    "CCC": [("CMA", "2"), ("TMA", "9"), ("CMA", "89"), ("Exam", "100"), ("Exam", "100")],
    "DDD": [("TMA", "7.5"), ("TMA", "12.5"), ("TMA", "80"), ("Exam", "100")],
    "FFF": [("CMA", "0"), ("TMA", "12.5"), ("TMA", "87.50"), ("CMA", "0.0"), ("Exam", "100")],
    "GGG": [("TMA", "0"), ("CMA", "0"), ("Exam", "100")],
}
"""How the published modules weigh: two exams, fractions, assessments that do not count."""


def published_shapes() -> Tables:
    """Four modules weighed as the published ones, three presentations of each; ten students a
    presentation, five of them the same ones throughout, with every outcome and some marks absent.
    """
    tables = Tables()
    first = 1
    for module, weights in WEIGHTS.items():
        for code, length in (("2013B", 240), ("2013J", 268), ("2014B", 234)):
            tables.courses.append((module, code, length))
            for n, (kind, weight) in enumerate(weights):
                tables.assessments.append((module, code, first + n, kind, n * 20, weight))
            for number in (*range(5), *range(first * 10, first * 10 + 5)):
                outcome = ("Pass", "Fail", "Withdrawn", "Distinction", "Pass")[number % 5]
                skipped = number % 3
                marks: dict[int, object] = {
                    first + n: (number * 37 + n * 11) % 101
                    for n in range(len(weights))
                    if n >= skipped
                }
                region = f"Region {number % 4}"
                tables.student(
                    module, code, number, outcome, marks, region=region, day=number % 250
                )
            first += len(weights)
    return tables
