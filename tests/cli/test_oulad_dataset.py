"""Reading the tables: what is understood, what is left out and said, what is an error."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.cli.errors import Failure
from ledger.cli.oulad import dataset
from ledger.cli.oulad.dataset import read_dataset
from ledger.cli.oulad.parts import Assessment, parts_of, shown, specs, unexplained
from ledger.cli.oulad.records import LeftOut, Part, Score, start_of
from ledger.domain.passing import weights_fault
from tests.cli.oulad_tables import Tables, story


def left_out(tables: Tables, folder: Path) -> list[LeftOut]:
    return read_dataset(tables.write(folder)).left_out


def complaint(tables: Tables, folder: Path) -> str:
    with pytest.raises(Failure) as caught:
        read_dataset(tables.write(folder))
    return caught.value.what


def test_what_the_columns_say(tmp_path: Path) -> None:
    data = read_dataset(story().write(tmp_path))
    first, second = data.presentations.values()
    assert (first.module, first.code, first.start) == ("AAA", "2013B", date(2013, 2, 1))
    assert first.exam_date == date(2013, 9, 29)
    assert [part.component for part in first.parts] == ["coursework", "coursework", "exam"]
    assert [part.part for part in first.parts] == ["tma-101", "cma-102", "exam-103"]
    assert second.registrations[12].attempt == 2
    assert second.registrations[12].region == "North Region"
    assert first.scores[14] == [Score(0, -5, 90), Score(1, -5, 95), Score(2, -5, 88)]
    assert 15 not in second.scores
    assert data.left_out == []
    assert data.regions() == ["North Region", "Scotland", "Wales"]


def test_the_file_of_candidates_has_either_name(tmp_path: Path) -> None:
    whole = read_dataset(story().write(tmp_path / "a"))
    cut = read_dataset(story().write(tmp_path / "b", info="studentInfo_cut.csv"))
    assert whole.presentations == cut.presentations
    assert cut.info_file == "studentInfo_cut.csv"


def test_presentations_come_in_the_order_of_their_exams(tmp_path: Path) -> None:
    tables = Tables().presentation("BBB", "2014B", 200, 300).presentation("BBB", "2013J", 400, 400)
    tables.presentation("AAA", "2013B", 240, 100)
    tables.student("AAA", "2013B", 1, "Pass", {100: 1})
    data = read_dataset(tables.write(tmp_path))
    assert list(data.presentations) == [("AAA", "2013B"), ("BBB", "2014B"), ("BBB", "2013J")]
    assert [one.code for one in data.modules()["BBB"]] == ["2014B", "2013J"]


@pytest.mark.parametrize(
    ("code", "start"),
    [
        ("2013B", date(2013, 2, 1)),
        ("2014J", date(2014, 10, 1)),
        ("2014K", None),
        ("B2014", None),
        ("2014", None),
        ("2014B ", None),
    ],
)
def test_a_presentation_is_a_year_and_a_month(code: str, start: date | None) -> None:
    assert start_of(code) == start


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((101, 12, 30, 1, 66), dataset.BANKED),
        ((102, 12, 30, 0, ""), dataset.EMPTY),
        ((102, 12, 30, 0, "?"), dataset.EMPTY),
        ((101, 12, 30, 0, 66), dataset.SCORED_TWICE),
        ((102, 99, 30, 0, 66), dataset.NOT_REGISTERED),
        ((999, 12, 30, 0, 66), dataset.NO_ASSESSMENT),
    ],
)
def test_scores_left_out_are_named_by_line(
    tmp_path: Path, row: tuple[object, ...], reason: str
) -> None:
    tables = story()
    before = len(tables.scores)
    tables.scores.append(row)
    data = read_dataset(tables.write(tmp_path))
    assert data.left_out == [LeftOut("studentAssessment.csv", before + 2, reason)]
    assert sum(len(s) for p in data.presentations.values() for s in p.scores.values()) == before


def test_a_banked_score_does_not_take_the_place_of_a_real_one(tmp_path: Path) -> None:
    tables = story()
    tables.scores = [(101, 12, 30, 1, 66), *tables.scores]
    data = read_dataset(tables.write(tmp_path))
    assert data.presentations["AAA", "2013B"].scores[12] == [Score(0, 30, 20)]


def test_a_score_of_zero_is_a_score(tmp_path: Path) -> None:
    tables = story()
    tables.scores += [(102, 12, 30, 0, 0), (103, 12, 30, 0, "0.0")]
    data = read_dataset(tables.write(tmp_path))
    assert data.presentations["AAA", "2013B"].scores[12][1:] == [Score(1, 30, 0), Score(2, 30, 0)]
    assert data.left_out == []


def test_a_row_both_banked_and_empty_is_left_out_once(tmp_path: Path) -> None:
    tables = story()
    tables.scores.append((102, 12, 30, 1, ""))
    assert left_out(tables, tmp_path) == [LeftOut("studentAssessment.csv", 12, dataset.BANKED)]


def test_an_empty_score_leaves_room_for_a_later_one(tmp_path: Path) -> None:
    tables = story()
    tables.scores += [(102, 12, 30, 0, ""), (102, 12, 31, 0, 44)]
    data = read_dataset(tables.write(tmp_path))
    assert data.presentations["AAA", "2013B"].scores[12][-1] == Score(1, 31, 44)
    assert [one.line for one in data.left_out] == [12]


def test_candidates_left_out(tmp_path: Path) -> None:
    tables = story().student("AAA", "2013B", 11, "Fail", {}).student("ZZZ", "2013B", 1, "Pass", {})
    assert left_out(tables, tmp_path) == [
        LeftOut("studentInfo.csv", 8, dataset.REGISTERED_TWICE),
        LeftOut("studentInfo.csv", 9, dataset.NO_PRESENTATION),
    ]
    data = read_dataset(tmp_path)
    assert data.presentations["AAA", "2013B"].registrations[11].outcome == "Pass"


def test_a_presentation_without_assessments_cannot_be_an_exam(tmp_path: Path) -> None:
    tables = story().student("AAA", "2014B", 16, "Pass", {})
    tables.courses.append(("AAA", "2014B", 240))
    tables.assessments.append(("XXX", "2014B", 900, "TMA", 10, 100))
    assert left_out(tables, tmp_path) == [
        LeftOut("assessments.csv", 8, dataset.NO_PRESENTATION),
        LeftOut("courses.csv", 4, dataset.NO_PARTS),
        LeftOut("studentInfo.csv", 8, dataset.NO_PRESENTATION),
    ]


BAD = [
    ("courses", ("AAA", "2013X", 240), "courses.csv, line 4: code_presentation is '2013X'"),
    ("courses", ("AAA", "2013B", 240), "courses.csv, line 4: code_presentation AAA 2013B is"),
    ("courses", ("a/b", "2013B", 240), "courses.csv, line 4: code_module is 'a/b'"),
    ("courses", ("AAA", "2014B", 0), "courses.csv, line 4: module_presentation_length is '0'"),
    ("courses", ("AAA", "2014B", ""), "courses.csv, line 4: module_presentation_length is empty"),
    ("assessments", ("AAA", "2013B", 7, "ESSAY", 1, 0), "line 8: assessment_type is 'ESSAY'"),
    ("assessments", ("AAA", "2013B", 101, "TMA", 1, 0), "line 8: id_assessment 101 is listed"),
    ("assessments", ("AAA", "2013B", 7, "TMA", 1, "much"), "line 8: weight is 'much', not a"),
    ("assessments", ("AAA", "2013B", 7, "TMA", 1, "NaN"), "line 8: weight is 'NaN', not a"),
    ("assessments", ("AAA", "2013B", 7, "TMA", 1, 101), "line 8: weight is 101, not from 0"),
    ("assessments", ("AAA", "2013B", 7, "TMA", 1, 5), "coursework add up to 105.0, not 100"),
    ("info", ("AAA", "2013B", 99, "F", "Wales", "", 0, "Maybe"), "line 8: final_result is 'Maybe'"),
    ("info", ("AAA", "2013B", 99, "F", "", "", 0, "Pass"), "line 8: region is empty"),
    ("info", ("AAA", "2013B", 99, "F", "Wales", "", 99, "Pass"), "num_of_prev_attempts is '99'"),
    ("info", ("AAA", "2013B", "x", "F", "Wales", "", 0, "Pass"), "line 8: id_student is 'x'"),
    ("scores", (102, 12, 30, 0, 101), "line 12: score is '101', not a number from 0 to 100"),
    ("scores", (102, 12, 30, 0, -1), "line 12: score is '-1'"),
    ("scores", (102, 12, 30, 0, "66.5"), "line 12: score is '66.5', not a whole number"),
    ("scores", (102, 12, "soon", 0, 66), "line 12: date_submitted is 'soon'"),
    ("scores", (102, 12, 30, 2, 66), "line 12: is_banked is '2'"),
    ("scores", (102, 12, 30, 0), "line 12: 4 values, the header has 5"),
    ("scores", (102, 12, 30, 0, "9" * 30), "line 12: score is '9"),
    ("scores", (102, 12, 30, 0, "6_6"), "line 12: score is '6_6', not a number"),
    ("scores", (102, 12, 30, 0, "\u0666"), "line 12: score is '\u0666', not a number"),
    ("scores", (102, 12, 30, 0, "1e1000000"), "line 12: score is '1e1000000', not a number"),
    (
        "scores",
        (102, 12, 9999, 0, 66),
        "line 12: date_submitted is '9999', not a number from -2000",
    ),
    ("scores", ("", 12, 30, 0, 66), "line 12: id_assessment is empty"),
    ("scores", (102, 12, 30, "", 66), "line 12: is_banked is empty"),
    ("scores", (102, 12, 30, 0, 66, "more"), "line 12: 6 values, the header has 5"),
    ("assessments", ("AAA", "2013B", 7, "TMA", 1, "-5"), "line 8: weight is -5, not from 0"),
    ("assessments", ("AAA", "2013B", 7, "TMA", 1, "0.00001"), "line 8: weight is '0.00001'"),
    ("info", ("AAA", "2013B", 99, "F", "R" * 151, "", 0, "Pass"), "line 8: region is no name of"),
    ("info", ("AAA", "2013B", 99, "F", "A\x07", "", 0, "Pass"), "line 8: region is no name of"),
]


@pytest.mark.parametrize(("table", "row", "said"), BAD)
def test_a_bad_value_is_told_with_file_line_and_column(
    tmp_path: Path, table: str, row: tuple[object, ...], said: str
) -> None:
    tables = story()
    getattr(tables, table).append(row)
    assert said in complaint(tables, tmp_path)


def test_a_whole_number_may_be_written_with_a_fraction_of_zero(tmp_path: Path) -> None:
    tables = story()
    tables.scores.append((102, 12, 30, 0, "66.0"))
    data = read_dataset(tables.write(tmp_path))
    assert data.presentations["AAA", "2013B"].scores[12][-1] == Score(1, 30, 66)


# --- parts ----------------------------------------------------------------------------------------


def exam(ident: int, weight: str) -> Assessment:
    return Assessment(ident, "Exam", Decimal(weight))


def tma(ident: int, weight: str) -> Assessment:
    return Assessment(ident, "TMA", Decimal(weight))


@pytest.mark.parametrize(
    ("assessments", "components"),
    [
        ([tma(1, "100"), exam(2, "100")], ["coursework", "exam"]),
        ([tma(1, "100"), exam(2, "100"), exam(3, "100")], ["coursework", "exam", "exam-2"]),
        ([tma(1, "100"), exam(2, "50"), exam(3, "50")], ["coursework", "exam", "exam"]),
        ([tma(1, "0"), tma(2, "0"), exam(3, "100")], ["coursework", "coursework", "exam"]),
        ([tma(1, "12.5"), tma(2, "87.5"), tma(3, "0")], ["coursework"] * 3),
    ],
)
def test_components_of_100_each_as_a_standard_wants_them(
    assessments: list[Assessment], components: list[str]
) -> None:
    parts = parts_of(assessments, "here")
    assert [part.component for part in parts] == components
    assert weights_fault(specs(parts), {"kind": "decision"}) is None
    for part, assessment in zip(specs(parts), assessments, strict=True):
        assert ("weight" in part) == bool(assessment.weight)


def test_weights_that_do_not_add_up_are_an_error() -> None:
    with pytest.raises(Failure, match="exam add up to 60, not 100"):
        parts_of([exam(1, "60")], "here")
    with pytest.raises(Failure, match="exam-2 add up to 60, not 100"):
        parts_of([exam(1, "100"), exam(2, "60")], "here")
    with pytest.raises(Failure, match="61 assessments"):
        parts_of([tma(n, "0") for n in range(61)], "here")


@pytest.mark.parametrize(
    ("number", "text"),
    [("12.50", "12.5"), ("100", "100"), ("10.0", "10"), ("0.0001", "0.0001"), ("1E+1", "10")],
)
def test_weights_are_shown_without_exponent_and_trailing_zeros(number: str, text: str) -> None:
    assert shown(Decimal(number)) == text


PARTS = [
    Part("tma-1", "coursework", Decimal(50)),
    Part("tma-2", "coursework", Decimal(50)),
    Part("cma-3", "coursework", None),
    Part("exam-4", "exam", Decimal(100)),
]


@pytest.mark.parametrize(
    ("marks", "reasons"),
    [
        ({}, ["no marks"]),
        ({0: 40, 1: 40, 3: 40}, []),
        ({0: 80, 3: 40}, []),
        ({0: 79, 3: 40}, ["weighted marks of coursework below 40"]),
        ({0: 80, 1: 80}, ["no exam mark"]),
        ({2: 5, 3: 40}, []),
        (
            {0: 1, 3: 39},
            ["weighted marks of coursework below 40", "weighted marks of exam below 40"],
        ),
        ({0: 1}, ["no exam mark", "weighted marks of coursework below 40"]),
    ],
)
def test_which_passes_the_marks_do_not_explain(marks: dict[int, int], reasons: list[str]) -> None:
    assert unexplained(PARTS, marks) == reasons


def test_where_the_standard_has_no_exam_none_is_missed() -> None:
    assert unexplained(PARTS[:3], {0: 50, 1: 50}) == []
