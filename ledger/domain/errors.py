"""The one exception family that leaves the domain."""

from __future__ import annotations


class Broken(Exception):
    """Raised inside a rule when the statement breaks it; the engine adds which rule it was.

    Args:
        detail: what is wrong, in words for the person who sent the statement.
        where: the claim at fault, ``""`` when it is the statement as a whole.
        fact: position of the statement that established the fact in the way, if there is one.
        instead: what to do, or what would have to be stated first.
    """

    def __init__(
        self, detail: str, *, where: str = "", fact: int | None = None, instead: str = ""
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.where = where
        self.fact = fact
        self.instead = instead


class Refusal(Exception):
    """A statement was not admitted.

    Attributes:
        rule: number of the rule, ``P…`` (public claims) or ``D…`` (opened disclosures).
        code: stable kebab-case name, the last part of the problem type.
        detail, where, fact, instead: as in :class:`Broken`.
    """

    def __init__(
        self,
        rule: str,
        code: str,
        detail: str,
        *,
        where: str = "",
        fact: int | None = None,
        instead: str = "",
    ) -> None:
        super().__init__(f"{rule} {code}: {detail}")
        self.rule = rule
        self.code = code
        self.detail = detail
        self.where = where
        self.fact = fact
        self.instead = instead


class UnreadableRecord(Exception):
    """A state record does not decode: the database was damaged or written by other software."""
