"""Check digits of Chinese identity numbers (GB 11643), looked at once, at the door.

No admission rule: other documents are in use too, and a wrong digit is a slip of the keyboard that
the sender mends, not a fact that an auditor replays. The number is never repeated in an answer.
"""

from __future__ import annotations

import re

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from api.problems import Problem, door
from ledger.core.statement import Statement

_looks_like_one = re.compile(r"[0-9]{17}[0-9Xx]").fullmatch


def check_identity(statement: Statement) -> Problem | None:
    """The problem with a disclosed identity number that has the form of a Chinese one."""
    for disclosure in statement.disclosures or ():
        if disclosure.name == "identity" and type(disclosure.value) is str:
            return _fault(disclosure.value)
    return None


def _fault(number: str) -> Problem | None:
    if _looks_like_one(number) is None:
        return None
    try:
        ric.validate(number)
    except ValidationError:
        return door("identity-number-wrong", where="identity")
    return None
