"""docs/statements.md and docs/rules.md, made from the registry and the rulebook."""

from collections.abc import Iterator

from ledger.domain.kinds import Choice, Date, Field, Integer, Kind, ListOf, Struct, Text
from ledger.domain.registry import StatementType
from ledger.domain.rulebook import RULEBOOKS, Types, rules_of
from tools.markdown import cell, code, table

STATEMENTS_INTRO = """# What can be said

Made by `make docs` from the program itself; do not edit. The types of the newest rules version.

Every statement is a compact JWS whose payload has, beside the fields below, `iss` (the signer's
URL on the ledger's origin), `iat` (seconds, the instant of signing), `jti` (22 characters, drawn
at random), `type`, and `_sd` with `_sd_alg` where something is disclosed. Nothing else is allowed
in it. A disclosed value never stands in the log, only the digest of a salted copy. When each is
admitted: [rules.md](rules.md).
"""

RULES_INTRO = """# When a statement is admitted

Made by `make docs` from the program itself; do not edit.

A statement is judged by the rules of the version in force at its position, for ever. **P** rules
need public claims only: anyone who has the log can check them again. **D** rules look into opened
disclosures: the ledger checks them at the door, and an auditor who has the vault checks them
again. The code is the last part of the problem's `type`; see [problems.md](problems.md).
"""


def kind_text(kind: Kind) -> str:
    """A kind in the words of the documentation."""
    if isinstance(kind, Choice):
        return "one of " + ", ".join(code(option) for option in kind.options)
    if isinstance(kind, ListOf):
        return f"list of {kind.minimum} to {kind.maximum}: {kind_text(kind.item)}"
    if isinstance(kind, Struct):
        return "object: " + ", ".join(code(one.name) for one in kind.fields)
    if isinstance(kind, Date):
        return "date, `YYYY-MM-DD`"
    if isinstance(kind, Integer):
        return f"integer, {kind.minimum} to {kind.maximum}"
    if isinstance(kind, Text):
        size = (
            str(kind.minimum)
            if kind.minimum == kind.maximum
            else f"{kind.minimum} to {kind.maximum}"
        )
        example = f", such as {code(kind.example)}" if kind.example else ""
        return f"{kind.name}, {size} characters{example}"
    return kind.name


def _members(one: Field, prefix: str = "") -> Iterator[tuple[Field, str]]:
    """A field and, where it is an object or a list of them, the fields inside."""
    name = prefix + one.name
    yield one, name
    kind = one.kind
    if isinstance(kind, ListOf):
        kind, name = kind.item, f"{name}[]"
    if isinstance(kind, Struct):
        for inner in kind.fields:
            yield from _members(inner, f"{name}.")


def _rows(fields: tuple[Field, ...], note: str) -> Iterator[tuple[str, ...]]:
    for outer in fields:
        for one, name in _members(outer):
            need = "required" if one.required else "optional"
            yield code(name), f"{need}{note}", cell(kind_text(one.kind)), cell(one.doc)


def _numbers(kind: StatementType) -> str:
    rules = (*kind.rules, *kind.disclosed_rules)
    return ", ".join(f"{one.number} {code(one.code)}" for one in rules) or "none of its own"


def _statement(kind: StatementType) -> str:
    rows = [*_rows(kind.fields, ""), *_rows(kind.disclosed, ", disclosed")]
    facts = [f"Signed by: {', '.join(kind.signers)}."]
    if kind.claimed:
        ahead = " It may lie ahead." if kind.future else ""
        facts.append(f"The fact's own date is {code(kind.claimed)}.{ahead}")
    facts.append(f"Rules: {_numbers(kind)}.")
    head = f"## {kind.name}\n\n{kind.doc}\n\n" + " ".join(facts) + "\n\n"
    return head + table(("field", "", "value", "meaning"), rows)


def newest(versions: dict[int, Types]) -> Types:
    """The types of the newest version."""
    return versions[max(versions)]


def statements_page() -> str:
    """Every statement type with every field."""
    sections = [_statement(kind) for kind in newest(dict(RULEBOOKS)).values()]
    return "\n".join([STATEMENTS_INTRO, *sections])


def version_rules(types: Types) -> list[tuple[str, str, str]]:
    """(number, code, text) of each rule of a version."""
    return list(rules_of(types))


def _users(number: str, types: Types) -> str:
    own = [
        kind.name
        for kind in types.values()
        if any(one.number == number for one in (*kind.rules, *kind.disclosed_rules))
    ]
    return ", ".join(code(name) for name in own) or "every statement"


def rules_page() -> str:
    """Every numbered rule of every version."""
    parts = [RULES_INTRO]
    for version, types in sorted(RULEBOOKS.items()):
        rows = [
            (
                f'<a id="{number.lower()}"></a>{number}',
                code(name),
                cell(text),
                _users(number, types),
            )
            for number, name, text in version_rules(types)
        ]
        head = ("rule", "code", "what must hold", "asked of")
        parts += [f"## Version {version}\n", table(head, rows)]
    return "\n".join(parts)
