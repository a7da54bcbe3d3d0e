"""Drafts: what a party writes down to have it signed.

    {"type": "candidate.registered", "registration": "random:wei", "session": "…", "attempt": 1,
     "registered_on": "2026-03-01", "disclose": {"person": "…", "name": "Wei Example"}}

`type` and the type's public claims stand at the top level. Beside them:

    disclose   personal claims by name; each is salted, and the log sees its digest only
    repeat     names of disclosures (`mark.*` for all marks) that an earlier statement of the same
               registration made; they are repeated verbatim, from earlier drafts of this run or
               from the signed statements given with `--repeat`
    random     as the value of a random id: a new one is drawn; `random:<label>` draws one for each
               label, so that drafts of one run can name each other
    statement  of an `approved`: the leaf hash, as the receipt has it

`iss` and `iat` come from the key and the clock; `jti` is drawn, but may be given, so that a draft
signed a second time by mistake is refused as `jti-conflict`. Of a `certificate.issued`, `vct` is
filled in, and `"status": "random"` draws an index in the agency's first list of the year,
`random:<n>` in list n.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ledger.cli.errors import Failure
from ledger.core import strict_json
from ledger.core.errors import CoreError
from ledger.core.statement import Statement, parse_wire


class Draft(NamedTuple):
    """One draft and where it stands, such as `drafts.jsonl, line 3`."""

    where: str
    values: dict[str, Any]


def read_drafts(text: bytes, name: str) -> list[Draft]:
    """The drafts of a file: an object, a list of objects, or an object a line.

    Raises:
        Failure: it is none of these; the message names the line.
    """
    try:
        whole = strict_json.loads(text, floats=False)
    except CoreError:
        lines = [
            (f"{name}, line {number}", line)
            for number, line in enumerate(text.splitlines(), 1)
            if line.strip()
        ]
        return [Draft(where, as_object(_loads(line, where), where)) for where, line in lines]
    many = whole if type(whole) is list else [whole]
    places = [f"{name}, draft {number}" for number in range(1, len(many) + 1)]
    return [Draft(where, as_object(one, where)) for where, one in zip(places, many, strict=True)]


def read_statements(data: bytes, name: str) -> Iterator[tuple[str, Statement]]:
    """The signed statements of a file, one a line, each with its place.

    Raises:
        Failure: a line is no statement.
    """
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            where = f"{name}, line {number}"
            try:
                yield where, parse_wire(line.strip())
            except CoreError as error:
                raise Failure(f"{where}: {error.detail} ({error.code})") from None


def _loads(line: bytes, where: str) -> Any:
    try:
        return strict_json.loads(line, floats=False)
    except CoreError as error:
        raise Failure(f"{where}: {error.detail} ({error.code})") from None


def as_object(value: Any, where: str) -> dict[str, Any]:
    """The value, which has to be a JSON object."""
    if type(value) is not dict:
        raise Failure(f"{where} is not an object")
    return dict(value)
