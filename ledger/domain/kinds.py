"""Kinds of values that a claim can hold.

A kind checks a parsed JSON value strictly (``1.9``, ``"12"`` and ``True`` are no integers) and
carries what schemas, OpenAPI and the documentation need to describe it. Fields are declared once,
with these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.domain.dates import is_civil_date


class BadValue(Exception):
    """A value is not of its kind; ``where`` is its path inside the statement."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = message


@dataclass(frozen=True)
class Kind:
    """Base of all kinds. ``name`` is what the documentation calls it."""

    name: str

    def check(self, value: Any, where: str) -> None:
        """Return when ``value`` is of this kind, else raise :class:`BadValue`."""
        raise NotImplementedError


@dataclass(frozen=True)
class Text(Kind):
    """A string of ``minimum`` to ``maximum`` characters, without control characters."""

    minimum: int = 1
    maximum: int = 200
    pattern: str = ""
    example: str = ""
    _match: Any = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        # Only ASCII controls, DEL, C1 and line separators: names in any script must pass.
        source = self.pattern or r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*"
        object.__setattr__(self, "_match", re.compile(source).fullmatch)

    def check(self, value: Any, where: str) -> None:
        """See :meth:`Kind.check`."""
        if type(value) is not str:
            raise BadValue(where, f"must be a string ({self.name})")
        if not self.minimum <= len(value) <= self.maximum:
            raise BadValue(where, f"must have {self.minimum} to {self.maximum} characters")
        if self._match(value) is None:
            raise BadValue(where, f"is not a {self.name}, such as {self.example!r}")


@dataclass(frozen=True)
class Date(Kind):
    """A civil date ``YYYY-MM-DD`` that exists."""

    def check(self, value: Any, where: str) -> None:
        """See :meth:`Kind.check`."""
        if type(value) is not str or not is_civil_date(value):
            raise BadValue(where, "must be an existing date, written YYYY-MM-DD")


@dataclass(frozen=True)
class Integer(Kind):
    """A JSON integer from ``minimum`` to ``maximum``, both included."""

    minimum: int = 0
    maximum: int = 2**53 - 1

    def check(self, value: Any, where: str) -> None:
        """See :meth:`Kind.check`."""
        if type(value) is not int:  # bool is a subclass of int and must not pass
            raise BadValue(where, "must be an integer")
        if not self.minimum <= value <= self.maximum:
            raise BadValue(where, f"must be from {self.minimum} to {self.maximum}")


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few fixed words."""

    options: tuple[str, ...] = ()

    def check(self, value: Any, where: str) -> None:
        """See :meth:`Kind.check`."""
        if type(value) is not str or value not in self.options:
            raise BadValue(where, f"must be one of {', '.join(self.options)}")


@dataclass(frozen=True)
class ListOf(Kind):
    """A list of ``minimum`` to ``maximum`` items of one kind; no item twice."""

    item: Kind = Kind("value")
    minimum: int = 0
    maximum: int = 100

    def check(self, value: Any, where: str) -> None:
        """See :meth:`Kind.check`."""
        if type(value) is not list:
            raise BadValue(where, "must be a list")
        if not self.minimum <= len(value) <= self.maximum:
            raise BadValue(where, f"must have {self.minimum} to {self.maximum} items")
        for index, item in enumerate(value):
            self.item.check(item, f"{where}[{index}]")
            if item in value[:index]:
                raise BadValue(f"{where}[{index}]", "is in the list twice")


@dataclass(frozen=True)
class Field:
    """One named claim or disclosure of a statement type."""

    name: str
    kind: Kind
    doc: str
    required: bool = True


@dataclass(frozen=True)
class Struct(Kind):
    """A JSON object with exactly the declared fields."""

    fields: tuple[Field, ...] = ()
    _by_name: Mapping[str, Field] = field(
        init=False, repr=False, compare=False, hash=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {one.name: one for one in self.fields})

    def check(self, value: Any, where: str) -> None:
        """See :meth:`Kind.check`."""
        if type(value) is not dict:
            raise BadValue(where, "must be an object")
        for name, item in value.items():
            if name not in self._by_name:
                raise BadValue(f"{where}.{name}", "is not a known field")
            self._by_name[name].kind.check(item, f"{where}.{name}")
        for one in self.fields:
            if one.required and one.name not in value:
                raise BadValue(f"{where}.{one.name}", "is missing")


SLUG = Text("identifier", 2, 64, r"[a-z0-9]+(?:-[a-z0-9]+)*", "northern-skills")
RANDOM_ID = Text("random id", 22, 22, r"[A-Za-z0-9_-]{21}[AQgw]", "q83vEjRWeJCrze8SNFZ4kA")
HASH = Text(
    "SHA-256 value in base64url",
    43,
    43,
    r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]",
    "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
)
PUBLIC_KEY = Text("Ed25519 public key", 43, 43, HASH.pattern, HASH.example)
PROOF = Text(
    "compact JWS", 10, 2048, r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", "eyJ….eyJ….c2ln"
)
ORIGIN = Text(
    "origin", 3, 200, r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:/[a-z0-9._-]+)*", "ledger.example/2026"
)
NAME = Text("name", 1, 200)
PROSE = Text("text", 1, 4000, r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]*", "What happened, in words.")
DECIMAL = Text("decimal number", 1, 12, r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,4})?", "12.5")
URI = Text("HTTPS URL", 12, 400, r"https://[a-z0-9./_-]+", "https://ledger.example/status/x-2026-1")
NUMBER = Text("certificate number", 4, 40, r"[A-Z0-9]+(?:[./-][A-Z0-9]+)*", "NS-2026-000123")
DATE = Date("date")
INSTANT = Integer("instant", 0, 253_402_300_799)
LEVEL = Choice("level", ("elementary", "intermediate", "advanced"))
