"""The four tables, read into what a ledger can be told.

courses.csv            presentation = exam session; its length fixes the exam's date
assessments.csv        assessment = exam part with its weight
studentInfo.csv        candidate; region = the school that registers (also studentInfo_cut.csv)
studentAssessment.csv  marks; banked and empty ones are left out, and said

Source: Kuzilek, Hlosta, Zdrahal, Scientific Data 4:170171 (2017).
"""

from pathlib import Path

from ledger.cli.errors import Failure
from ledger.cli.oulad.parts import Assessment, parts_of
from ledger.cli.oulad.records import (
    MAXIMUM,
    Dataset,
    LeftOut,
    Presentation,
    Registration,
    Score,
    start_of,
)
from ledger.cli.oulad.tables import Row, rows

INFO_FILES = ("studentInfo.csv", "studentInfo_cut.csv")
KINDS = ("TMA", "CMA", "Exam")
OUTCOMES = ("Pass", "Distinction", "Fail", "Withdrawn")
DAYS = 2000
"""No date in the data set lies further from a presentation's start than this."""
REGION = 150
"""Characters of a region, which goes into a school's name."""

BANKED = "carried over from an earlier session (is_banked)"
EMPTY = "no score, which is not a zero"
NOT_REGISTERED = "the student is not registered for this presentation"
NO_ASSESSMENT = "no such assessment, or not one of an imported presentation"
NO_PRESENTATION = "no such presentation, or not an imported one"
NO_PARTS = "the presentation has no assessments"
REGISTERED_TWICE = "the student is registered for this presentation twice"
SCORED_TWICE = "the student has a score in this assessment before"


def files_of(folder: Path) -> dict[str, Path]:
    """The tables in a folder. Raises `Failure` where one is missing."""
    found = {name: folder / f"{name}.csv" for name in ("courses", "assessments")}
    found["info"] = next(filter(Path.is_file, map(folder.joinpath, INFO_FILES)), folder / "")
    found["scores"] = folder / "studentAssessment.csv"
    for name, path in found.items():
        if not path.is_file():
            wanted = " or ".join(INFO_FILES) if name == "info" else path.name
            raise Failure(f"there is no {wanted} in {folder}")
    return found


def read_dataset(folder: Path) -> Dataset:
    """Read the tables.

    Raises:
        Failure: a table is missing, or a value is none; the message names file and line.
    """
    files = files_of(folder)
    reader = _Reader()
    reader.courses(files["courses"])
    reader.assessments(files["assessments"])
    reader.candidates(files["info"])
    reader.scores(files["scores"])
    return reader.data


class _Reader:
    def __init__(self) -> None:
        self.data = Dataset()
        self._courses: dict[tuple[str, str], tuple[Row, Presentation]] = {}
        self._parts: dict[int, tuple[Presentation, int]] = {}

    def _leave_out(self, row: Row, reason: str) -> None:
        self.data.left_out.append(LeftOut(row.file, row.line, reason))

    def courses(self, path: Path) -> None:
        columns = ("code_module", "code_presentation", "module_presentation_length")
        for row in rows(path, columns):
            module, code = _module(row), row.text(1)
            start = start_of(code)
            if start is None:
                raise row.fault(1, f"is {code!r}, not a presentation such as 2013J")
            if (module, code) in self._courses:
                raise row.fault(1, f"{module} {code} is listed before")
            presentation = Presentation(module, code, start, row.whole(2, 1, DAYS))
            self._courses[module, code] = row, presentation

    def assessments(self, path: Path) -> None:
        columns = ("code_module", "code_presentation", "id_assessment", "assessment_type", "weight")
        found: dict[tuple[str, str], list[Assessment]] = {}
        seen: set[int] = set()
        for row in rows(path, columns):
            key, kind = (row.text(0), row.text(1)), row.text(3)
            ident = row.whole(2, 0, 10**12)
            if kind not in KINDS:
                raise row.fault(3, f"is {kind!r}, not one of {', '.join(KINDS)}")
            if ident in seen:
                raise row.fault(2, f"{ident} is listed before")
            seen.add(ident)
            weight = row.decimal(4)
            if not 0 <= weight <= MAXIMUM:
                raise row.fault(4, f"is {weight}, not from 0 to 100")
            if key in self._courses:
                found.setdefault(key, []).append(Assessment(ident, kind, weight))
            else:
                self._leave_out(row, NO_PRESENTATION)
        self._settle(path.name, found)

    def _settle(self, file: str, found: dict[tuple[str, str], list[Assessment]]) -> None:
        """Presentations that have assessments are imported, in the order of their exam dates."""
        for key, (row, _) in self._courses.items():
            if key not in found:
                self._leave_out(row, NO_PARTS)
        for key in sorted(found, key=lambda key: (self._courses[key][1].exam_date, key)):
            presentation = self.data.presentations[key] = self._courses[key][1]
            presentation.parts = parts_of(found[key], f"{file}: {key[0]} {key[1]}")
            for index, one in enumerate(found[key]):
                self._parts[one.ident] = presentation, index

    def candidates(self, path: Path) -> None:
        self.data.info_file = path.name
        columns = ("code_module", "code_presentation", "id_student", "region")
        for row in rows(path, (*columns, "num_of_prev_attempts", "final_result")):
            presentation = self.data.presentations.get((row.text(0), row.text(1)))
            student, outcome = row.whole(2, 0, 10**12), row.text(5)
            if outcome not in OUTCOMES:
                raise row.fault(5, f"is {outcome!r}, not one of {', '.join(OUTCOMES)}")
            region, attempt = row.text(3), row.whole(4, 0, 98) + 1
            if len(region) > REGION or not region.isprintable():
                raise row.fault(3, f"is no name of at most {REGION} characters")
            if presentation is None:
                self._leave_out(row, NO_PRESENTATION)
            elif student in presentation.registrations:
                self._leave_out(row, REGISTERED_TWICE)
            else:
                one = Registration(student, region, attempt, outcome, row.line)
                presentation.registrations[student] = one

    def scores(self, path: Path) -> None:
        columns = ("id_assessment", "id_student", "date_submitted", "is_banked", "score")
        for row in rows(path, columns):
            place = self._parts.get(row.whole(0, 0, 10**12))
            reason = self._score(row, place)
            if reason is not None:
                self._leave_out(row, reason)

    def _score(self, row: Row, place: tuple[Presentation, int] | None) -> str | None:
        """Keep a score, or say why not."""
        student, banked = row.whole(1, 0, 10**12), row.whole(3, 0, 1)
        if place is None:
            return NO_ASSESSMENT
        if banked:
            return BANKED
        if row.optional(4) is None:
            return EMPTY
        presentation, part = place
        if student not in presentation.registrations:
            return NOT_REGISTERED
        scores = presentation.scores.setdefault(student, [])
        if any(one.part == part for one in scores):
            return SCORED_TWICE
        scores.append(Score(part, row.whole(2, -DAYS, DAYS), row.whole(4, 0, MAXIMUM)))
        return None


def _module(row: Row) -> str:
    module = row.text(0)
    if not (module.isascii() and module.isalnum() and module.isupper() and len(module) <= 20):
        raise row.fault(0, f"is {module!r}, not a module code such as AAA")
    return module
