"""docs/problems.md: every `type` that an error can have, from the rooms that raise them."""

import importlib
import pkgutil
from collections.abc import Container, Iterator, Mapping

from api.problems import DOOR
from ledger import store
from ledger.core.errors import CODES
from ledger.domain.rulebook import RULEBOOKS
from ledger.store.errors import StoreError
from tools.domain_pages import version_rules
from tools.markdown import cell, code, table

INTRO = """# What an error means

Made by `make docs` from the program itself; do not edit.

Errors over HTTP are `application/problem+json` (RFC 9457). The `type` is
`https://<origin>/problems/<code>`, and the code is stable. `detail` says what was wrong in this
case. Where a rule was broken, `rule` is its number, `where` the claim at fault, `fact` the position
of the statement whose fact is in the way, and `instead` what to do. An error means that nothing was
done, not even in part.
"""


def anchor(name: str) -> str:
    """The code with the anchor that its problem `type` leads to."""
    return f'<a id="{name}"></a>{code(name)}'


def rule_problems() -> dict[str, tuple[set[str], list[str]]]:
    """Code -> the rules that answer with it, and what each demands."""
    found: dict[str, tuple[set[str], list[str]]] = {}
    for types in RULEBOOKS.values():
        for number, name, text in version_rules(types):
            numbers, texts = found.setdefault(name, (set(), []))
            numbers.add(number)
            if text not in texts:
                texts.append(text)
    return found


def _subclasses(one: type[StoreError]) -> Iterator[type[StoreError]]:
    yield one
    for child in one.__subclasses__():
        if child.__module__.startswith("ledger."):
            yield from _subclasses(child)


def store_problems() -> dict[str, str]:
    """Code -> meaning, of each error of the store, in whichever of its modules."""
    for module in pkgutil.walk_packages(store.__path__, store.__name__ + "."):
        importlib.import_module(module.name)
    found = {}
    for one in _subclasses(StoreError):
        meaning = cell(one.__doc__ or "").replace("``", "`").partition(" Attributes:")[0]
        found.setdefault(one.code, meaning)
    return found


def codes() -> set[str]:
    """Every code that the page must explain."""
    return rule_problems().keys() | store_problems().keys() | CODES.keys() | DOOR.keys()


def _section(title: str, intro: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return f"## {title}\n\n{intro}\n\n{table(head, rows)}"


def _plain(meanings: Mapping[str, str], *known: Container[str]) -> list[tuple[str, ...]]:
    """Rows of the codes that no other section explains."""
    return [
        (anchor(name), cell(text.replace("<", "&lt;")))
        for name, text in meanings.items()
        if not any(name in codes for codes in known)
    ]


def _door() -> list[tuple[str, ...]]:
    known = rule_problems().keys() | CODES.keys()
    return [
        (anchor(name), str(status), cell(text))
        for name, (status, text) in DOOR.items()
        if name not in known
    ]


def _ruled() -> list[tuple[str, ...]]:
    return [
        (
            anchor(name),
            cell(" / ".join(texts)),
            ", ".join(f"[{number}](rules.md#{number.lower()})" for number in sorted(numbers)),
        )
        for name, (numbers, texts) in sorted(rule_problems().items())
    ]


def problems_page() -> str:
    """The whole page."""
    return "\n".join(
        [
            INTRO,
            _section(
                "A rule was broken",
                "The statement could be read and its signature verifies, but it was not admitted.",
                ("code", "what must hold", "rule"),
                _ruled(),
            ),
            _section(
                "The bytes are wrong",
                "Statements are read strictly. Send what was signed, byte for byte.",
                ("code", "meaning"),
                _plain(CODES, rule_problems()),
            ),
            _section(
                "The ledger could not take it",
                "Nothing is wrong with the statement. Send the same bytes again later.",
                ("code", "meaning"),
                _plain(store_problems(), rule_problems(), CODES, DOOR),
            ),
            _section(
                "The request was not one to answer",
                "What the HTTP door itself says, whatever it was asked about.",
                ("code", "status", "meaning"),
                _door(),
            ),
        ]
    )
