"""Signing drafts: fill in what a signer draws, check what the type declares, sign.

What only the ledger can know (is there a pass, is the session published) is asked at its door.
"""

import re
from collections.abc import Iterable
from typing import Any

from ledger.cli.drafts import Draft, as_object
from ledger.cli.errors import Failure
from ledger.cli.party import PartySigner
from ledger.core.errors import CoreError
from ledger.core.sdjwt import Disclosure
from ledger.core.statement import Statement
from ledger.domain.certificates import LIST_ENTRIES, vct_url
from ledger.domain.disclosing import open_disclosures
from ledger.domain.errors import Refusal
from ledger.domain.form import check_fields
from ledger.domain.kinds import RANDOM_ID, Kind
from ledger.domain.registry import StatementType
from ledger.domain.rulebook import VERSION_1

_RANDOM = re.compile(r"random(?::(?P<label>[A-Za-z0-9._-]{1,60}))?").fullmatch
_MADE = ("iss", "iat", "_sd", "_sd_alg")


class Signing:
    """Signs the drafts of one run, which may refer to each other.

    Args:
        earlier: signed statements whose disclosures may be repeated.
    """

    def __init__(self, signer: PartySigner, earlier: Iterable[Statement] = ()) -> None:
        self._signer = signer
        self._labels: dict[str, str] = {}
        self._opened: dict[str, dict[str, Disclosure]] = {}
        for statement in earlier:
            self._remember(statement)

    def sign(self, draft: Draft) -> Statement:
        """Sign one draft.

        Raises:
            Failure: it is not what its type needs; the message names the draft and the claim.
        """
        values, where = dict(draft.values), draft.where
        kind = _type_of(values, where)
        disclosed = as_object(values.pop("disclose", {}), f"{where}, disclose")
        names = values.pop("repeat", [])
        for name in _MADE:
            if name in values:
                raise Failure(f"{where}: {name} is filled in at signing", "Leave it out")
        claims = self._filled(kind, values)
        repeat = self._repeated(names, claims.get("registration"), where)
        opened = {
            name: self._drawn(kind.disclosed_kind(name), one) for name, one in disclosed.items()
        }
        try:
            statement = self._signer.sign(kind.name, claims, opened, repeat)
            check_fields(kind, statement)
            open_disclosures(kind, statement.disclosures or ())
        except Refusal as refusal:
            raise Failure(f"{where}: {refusal.detail} ({refusal.rule})", refusal.instead) from None
        except CoreError as error:
            raise Failure(f"{where}: {error.detail} ({error.code})") from None
        self._remember(statement)
        return statement

    def _filled(self, kind: StatementType, values: dict[str, Any]) -> dict[str, Any]:
        claims = {
            name: self._drawn(kind.by_name.get(name), value)
            for name, value in values.items()
            if name != "type"
        }
        if kind.name == "certificate.issued":
            claims.setdefault("vct", vct_url(self._signer.origin))
            claims["status"] = self._status(claims.get("status"), str(claims.get("issued_on")))
        return claims

    def _drawn(self, kind: Kind | None, value: Any) -> Any:
        """The value, or a random id where one is asked for and the claim is one."""
        asked = _RANDOM(value) if kind is RANDOM_ID and type(value) is str else None
        if asked is None:
            return value
        if asked["label"] is None:
            return self._signer.random_id()
        return self._labels.setdefault(asked["label"], self._signer.random_id())

    def _status(self, value: Any, issued_on: str) -> Any:
        asked = _RANDOM(value) if type(value) is str else None
        if asked is None:
            return value
        name = f"{self._signer.party}-{issued_on[:4]}-{asked['label'] or 1}"
        uri = f"https://{self._signer.origin}/status/{name}"
        return {"status_list": {"idx": self._signer.random_below(LIST_ENTRIES), "uri": uri}}

    def _remember(self, statement: Statement) -> None:
        registration = statement.claims.get("registration")
        if type(registration) is str:
            known = self._opened.setdefault(registration, {})
            known.update({one.name: one for one in statement.disclosures or ()})

    def _repeated(self, names: Any, registration: Any, where: str) -> list[Disclosure]:
        if type(names) is not list or not all(type(name) is str for name in names):
            raise Failure(f"{where}: repeat is a list of names")
        known = self._opened.get(str(registration), {})
        found: dict[str, Disclosure] = {}
        for wanted in names:
            matching = {name: one for name, one in known.items() if _is_meant(name, wanted)}
            if not matching:
                give = "Give the statement that did with --repeat"
                raise Failure(f"{where}: nothing signed before discloses {wanted!r}", give)
            found |= matching
        return list(found.values())


def _is_meant(name: str, wanted: str) -> bool:
    return name == wanted or (wanted.endswith(".*") and name.startswith(wanted[:-1]))


def _type_of(values: dict[str, Any], where: str) -> StatementType:
    name = values.get("type")
    kind = VERSION_1.get(name) if type(name) is str else None
    if kind is None:
        raise Failure(f"{where}: no statement type {name!r}", "See docs/statements.md")
    return kind
