"""The tables as files: headers, encodings and what is cut short, told with file and line."""

from pathlib import Path

import pytest

from ledger.cli.errors import Failure
from ledger.cli.oulad.dataset import read_dataset
from tests.cli.oulad_tables import ASSESSMENTS, COURSES, INFO, SCORES, story


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("courses.csv", b"code_module,code_presentation\n", "line 1: the column module_"),
        ("courses.csv", b"", "courses.csv, line 1: the column code_module is missing"),
        ("courses.csv", b"code_module,code_module\n", "the column code_module is there twice"),
        (
            "studentAssessment.csv",
            b"id_assessment\xff\n",
            "studentAssessment.csv, line 1: not UTF-8",
        ),
        ("studentInfo.csv", b"code_module\nAAA\nWal\xe9s\n", "studentInfo.csv, line 3: not UTF-8"),
        ("studentInfo.csv", b"", "studentInfo.csv, line 1: the column code_module is missing"),
        ("assessments.csv", None, "there is no assessments.csv"),
        ("studentInfo.csv", None, "there is no studentInfo.csv or studentInfo_cut.csv"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, file: str, content: bytes | None, said: str) -> None:
    story().write(tmp_path)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(Failure) as caught:
        read_dataset(tmp_path)
    assert said in caught.value.what


FILES = ("courses.csv", "assessments.csv", "studentInfo.csv", "studentAssessment.csv")


@pytest.mark.parametrize("file", FILES)
def test_a_header_alone_is_a_table_cut_short(tmp_path: Path, file: str) -> None:
    path = story().write(tmp_path) / file
    header, _, _ = path.read_text().partition("\n")
    for content in (header, f"{header}\n", f"{header}\n\n"):
        path.write_text(content)
        with pytest.raises(Failure) as caught:
            read_dataset(tmp_path)
        assert caught.value.what == f"{file}, line 1: nothing follows the header"


@pytest.mark.parametrize(
    ("file", "column"),
    [
        *((FILES[0], name) for name in COURSES),
        *((FILES[1], name) for name in ASSESSMENTS if name != "date"),
        *((FILES[2], name) for name in INFO if name not in ("gender", "highest_education")),
        *((FILES[3], name) for name in SCORES),
    ],
)
def test_each_column_that_is_read_is_missed(tmp_path: Path, file: str, column: str) -> None:
    path = story().write(tmp_path) / file
    path.write_text(path.read_text().replace(column, f"my_{column}", 1))
    with pytest.raises(Failure) as caught:
        read_dataset(tmp_path)
    assert caught.value.what == f"{file}, line 1: the column {column} is missing"


def test_columns_beyond_those_that_are_read_change_nothing(tmp_path: Path) -> None:
    plain = read_dataset(story().write(tmp_path / "plain"))
    folder = story().write(tmp_path / "more")
    for file in FILES:
        lines = (folder / file).read_text().splitlines()
        more = [f"extra {n},{line},\u5317" for n, line in enumerate(lines)]
        (folder / file).write_text("\n".join(more) + "\n", "utf-8")
    assert read_dataset(folder) == plain


def test_columns_may_stand_in_any_order_quoted_and_after_a_byte_order_mark(tmp_path: Path) -> None:
    story().write(tmp_path)
    (tmp_path / "courses.csv").write_text(
        '\ufeff"module_presentation_length","more","code_presentation","code_module"\r\n'
        '"240","x","2013B","AAA"\r\n\r\n"268","y","2013J","AAA"\r\n',
        "utf-8",
    )
    data = read_dataset(tmp_path)
    assert [one.length for one in data.presentations.values()] == [240, 268]
