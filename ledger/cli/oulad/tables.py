"""Reading the data set's tables row by row, with the file and the line in every complaint."""

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ledger.cli.errors import Failure

MISSING = ("", "?")
"""How an absent value is written; some published copies have question marks."""


class Row:
    """The wanted columns of one line."""

    __slots__ = ("_columns", "_values", "file", "line")

    def __init__(self, file: str, line: int, columns: Sequence[str], values: Sequence[str]) -> None:
        self.file = file
        self.line = line
        self._columns = columns
        self._values = values

    def text(self, column: int) -> str:
        """A value that must be there."""
        value = self._values[column]
        if value in MISSING:
            raise self.fault(column, "is empty")
        return value

    def optional(self, column: int) -> str | None:
        """A value, or `None` where it is absent."""
        value = self._values[column]
        return None if value in MISSING else value

    def whole(self, column: int, low: int, high: int) -> int:
        """A whole number; also written 78.0."""
        text = self._digits(column)
        try:
            number = int(text) if len(text) < 20 else low - 1
        except ValueError:
            number = self._whole_decimal(column, text)
        if not low <= number <= high:
            raise self.fault(column, f"is {text!r}, not a number from {low} to {high}")
        return number

    def _whole_decimal(self, column: int, text: str) -> int:
        number = self.decimal(column)
        if number != number.to_integral_value():
            raise self.fault(column, f"is {text!r}, not a whole number")
        return int(number)

    def decimal(self, column: int) -> Decimal:
        """A decimal number from 0 to 100 with at most four places, or a negative whole one."""
        text = self._digits(column)
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise self.fault(column, f"is {text!r}, not a number") from None
        # `abs` would overflow where a comparison does not.
        if not number.is_finite() or not -10_000 <= number <= 10_000 or number != round(number, 4):
            raise self.fault(column, f"is {text!r}, not a number of that kind")
        return number

    def _digits(self, column: int) -> str:
        # Python would also read 7_8, and the digits of other scripts.
        text = self.text(column)
        if "_" in text or not text.isascii():
            raise self.fault(column, f"is {text!r}, not a number")
        return text

    def fault(self, column: int, what: str) -> Failure:
        """The complaint about a value."""
        return Failure(f"{self.file}, line {self.line}: {self._columns[column]} {what}")


def rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The lines of a table; its columns may stand in any order, among others.

    Raises:
        Failure: it cannot be read, a column is missing, a line is not what the header says, or
            there is none.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(path.name, csv.reader(file, strict=True), columns)
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{path.name}, line {_unreadable(path)}: not UTF-8") from None


def _unreadable(path: Path) -> int:
    """The line of the first byte that is not UTF-8; the file is read in blocks, not in lines."""
    content = path.read_bytes()
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return 1  # it was written meanwhile


def _rows(name: str, lines: Any, columns: Sequence[str]) -> Iterator[Row]:
    try:
        header = [column.strip() for column in next(lines, [])]
        places = [_place(name, header, column) for column in columns]
        bare = True
        for values in lines:
            if len(values) == len(header):
                bare = False
                wanted = [values[place].strip() for place in places]
                yield Row(name, lines.line_num, columns, wanted)
            elif values:
                found = f"{len(values)} values, the header has {len(header)}"
                raise Failure(f"{name}, line {lines.line_num}: {found}")
        if bare:
            raise Failure(f"{name}, line 1: nothing follows the header")
    except csv.Error as error:
        raise Failure(f"{name}, line {lines.line_num}: {error}") from None


def _place(name: str, header: Sequence[str], column: str) -> int:
    if header.count(column) != 1:
        many = "is there twice" if column in header else "is missing"
        raise Failure(f"{name}, line 1: the column {column} {many}")
    return header.index(column)
