"""One schema for each statement type, generated from the registry; dispatched by ``type``.

They stand at the door and judge shape only; replay never passes through them. Built once: making a
schema costs twice what loading one does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError

from api.fields import StrictSchema, first_problem, kind_fields, object_schema
from api.problems import Problem, door
from ledger.core.statement import LAST_INSTANT, Statement
from ledger.domain import form
from ledger.domain.form import AUTHORITIES
from ledger.domain.kinds import HASH, RANDOM_ID, Choice, Field, Integer, ListOf, Text
from ledger.domain.registry import StatementType
from ledger.domain.rulebook import RULEBOOKS

OWN_TYPES = frozenset({"ledger.founded", "time.stated"})
"""What the ledger alone may say."""

ISSUER = Text("issuer", 1, 400, "", f"https://ledger.example{AUTHORITIES}northern-skills")


def envelope(kind: StatementType) -> tuple[Field, ...]:
    """The claims that every statement has."""
    common = (
        Field("iss", ISSUER, "Who signs: an authority of this ledger."),
        Field(
            "iat", Integer("instant", 0, LAST_INSTANT), "When it was signed, seconds since 1970."
        ),
        Field("jti", RANDOM_ID, "16 random bytes; a party uses each once."),
        Field("type", Choice("type", (kind.name,)), kind.doc),
    )
    if not kind.disclosed:
        return common
    digests = ListOf("digests", HASH, 1, 1000)
    algorithm = Choice("algorithm", ("sha-256",))
    return (
        *common,
        Field("_sd", digests, "Digests of the disclosures (RFC 9901).", required=False),
        Field("_sd_alg", algorithm, "Hash of the digests.", required=False),
    )


def types_in_use() -> dict[str, StatementType]:
    """Every statement type that some version of the rules knows."""
    return {name: kind for types in RULEBOOKS.values() for name, kind in types.items()}


def schema_name(kind: StatementType) -> str:
    """Name of the type's schema in OpenAPI, such as ``CertificateIssued``."""
    words = kind.name.replace(".", "_").split("_")
    return "".join(word.title() for word in words)


def make_schemas() -> dict[str, Schema]:
    """A schema for each statement type that parties may send."""
    return {
        name: StrictSchema.from_dict(
            kind_fields((*envelope(kind), *kind.fields)),  # type: ignore[arg-type]
            name=schema_name(kind),
        )()
        for name, kind in types_in_use().items()
        if name not in OWN_TYPES
    }


def check_shape(statement: Statement, schemas: Mapping[str, Schema]) -> Problem | None:
    """What is wrong with the statement's shape, if anything is."""
    schema = schemas.get(statement.type)
    if schema is None:
        if statement.type in OWN_TYPES:
            return door("reserved-type", f"{statement.type} is stated by the ledger itself")
        number, code, title = form.UNKNOWN_TYPE
        detail = "this statement type is not known"
        return Problem(code, 422, title, detail, {"rule": number, "where": "type"})
    try:
        schema.load(statement.claims)
    except ValidationError as error:
        return first_problem(error.messages, number=True)
    return None


def openapi_schemas() -> dict[str, dict[str, Any]]:
    """The statement types as OpenAPI components, ``Statement`` being one of all of them."""
    kinds = [kind for name, kind in types_in_use().items() if name not in OWN_TYPES]
    components = {}
    for kind in kinds:
        schema = object_schema((*envelope(kind), *kind.fields))
        components[schema_name(kind)] = {"description": kind.doc, **schema}
    refs = {kind.name: f"#/components/schemas/{schema_name(kind)}" for kind in kinds}
    components["Statement"] = {
        "description": "The payload of a statement's JWS.",
        "oneOf": [{"$ref": ref} for ref in refs.values()],
        "discriminator": {"propertyName": "type", "mapping": refs},
    }
    return components
