"""marshmallow fields and schemas made from what the domain declares.

A field's rule is written once, in ``ledger.domain.kinds``; here it becomes a marshmallow field (for
the door) and a JSON schema (for OpenAPI).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, missing

from api.problems import Problem
from ledger.domain import form
from ledger.domain.kinds import (
    BadValue,
    Choice,
    Date,
    Field,
    Integer,
    Kind,
    ListOf,
    Struct,
    Text,
)

_NULL = "must not be null"
_MISSING = "is missing"
_UNKNOWN = "is not a known field"
_NO_OBJECT = "must be an object"


class Complaint(str):
    """What is wrong with a value, and where."""

    __slots__ = ("where",)
    where: str

    def __new__(cls, message: str, where: str) -> Complaint:
        """The text ``message``, about ``where``."""
        self = super().__new__(cls, message)
        self.where = where
        return self


class KindField(fields.Field[Any]):
    """A marshmallow field that accepts exactly the values of one kind."""

    default_error_messages = {"null": _NULL, "required": _MISSING}  # noqa: RUF012 - marshmallow's way

    def __init__(self, kind: Kind, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **_: Any) -> Any:
        """The value, if it is of the kind. Shorter than marshmallow's own way: no validators, no
        defaults, no callables; a statement has some twenty fields."""
        if value is missing:
            if self.required:
                raise self.make_error("required")
            return value
        if value is None:
            raise self.make_error("null")
        try:
            self.kind.check(value, attr or "")
        except BadValue as bad:
            raise ValidationError([Complaint(bad.message, bad.where)]) from None
        return value


class StrictSchema(Schema):
    """Refuses what it does not know, and says so in the words of the domain's rules."""

    error_messages = {"unknown": _UNKNOWN, "type": _NO_OBJECT}  # noqa: RUF012 - marshmallow's way

    class Meta:
        """Options."""

        unknown = RAISE


def kind_fields(declared: Iterable[Field]) -> dict[str, KindField]:
    """A marshmallow field for each declared field."""
    return {
        one.name: KindField(one.kind, required=one.required, metadata={"description": one.doc})
        for one in declared
    }


def first_problem(messages: Any, *, number: bool) -> Problem:
    """The problem that marshmallow's messages amount to."""
    where, message = _first(messages)
    rule = {_UNKNOWN: form.UNKNOWN_FIELD, _MISSING: form.MISSING_FIELD}.get(
        str(message), form.INVALID_VALUE
    )
    where = message.where if isinstance(message, Complaint) else where
    detail = f"{where} {message}" if where else f"the body {message}"
    more = {"rule": rule[0], "where": where} if number else {"where": where}
    return Problem(rule[1], 422, rule[2], detail, more)


def _first(messages: Any, where: str = "") -> tuple[str, str]:
    if isinstance(messages, Mapping):
        name, inner = next(iter(messages.items()))
        return _first(inner, where if name == "_schema" else f"{where}.{name}".lstrip("."))
    if isinstance(messages, list):
        return _first(messages[0], where)
    return where, messages


def json_schema(kind: Kind) -> dict[str, Any]:
    """The kind as a JSON schema (2020-12), which OpenAPI 3.1 speaks."""
    if isinstance(kind, Text):
        schema = {"type": "string", "minLength": kind.minimum, "maxLength": kind.maximum}
        if kind.pattern:
            schema["pattern"] = f"^{kind.pattern}$"
        return schema | ({"examples": [kind.example]} if kind.example else {})
    if isinstance(kind, Date):
        return {"type": "string", "format": "date"}
    if isinstance(kind, Integer):
        return {"type": "integer", "minimum": kind.minimum, "maximum": kind.maximum}
    if isinstance(kind, Choice):
        return {"type": "string", "enum": list(kind.options)}
    if isinstance(kind, ListOf):
        size = {"minItems": kind.minimum, "maxItems": kind.maximum}
        return {"type": "array", "items": json_schema(kind.item), "uniqueItems": True, **size}
    if isinstance(kind, Struct):
        return object_schema(kind.fields)
    return {}


def object_schema(declared: Iterable[Field]) -> dict[str, Any]:
    """An object with exactly these fields, as a JSON schema."""
    declared = list(declared)
    return {
        "type": "object",
        "properties": {
            one.name: json_schema(one.kind) | {"description": one.doc} for one in declared
        },
        "required": [one.name for one in declared if one.required],
        "additionalProperties": False,
    }


def properties_of(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, Any]:
    """apispec's hook: the properties of a :class:`KindField`."""
    return json_schema(field.kind) if isinstance(field, KindField) else {}
