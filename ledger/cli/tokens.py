"""`certledger tokens`: access for programs and people to what shows a person."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.options import as_json, pass_home, show

if TYPE_CHECKING:
    from ledger.store.tokens import Token, Tokens

DAY = 86_400


@click.group()
def tokens() -> None:
    """Make, list and revoke access tokens. They are stored hashed."""


@tokens.command()
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    metavar="SCOPE",
    help="What the token opens, such as archive:read.",
)
@click.option("--label", default="", help="Whose it is, for the list.")
@click.option("--days", type=click.IntRange(1), help="Days after which it ends.  [default: never]")
@as_json
@pass_home
def new(home: Path, scopes: tuple[str, ...], label: str, days: int | None, as_json: bool) -> None:
    """Make a token. It is printed once, here, and can never be shown again."""
    store = _open(home)
    try:
        expires = None if days is None else int(time.time()) + days * DAY
        token, secret = store.new(scopes, label=label, expires=expires)
    finally:
        store.close()
    show({**_as_dict(token), "token": secret}) if as_json else click.echo(secret)


@tokens.command("list")
@as_json
@pass_home
def list_(home: Path, as_json: bool) -> None:
    """List all tokens, also those revoked, by their ids."""
    store = _open(home)
    try:
        found = store.list()
    finally:
        store.close()
    if as_json:
        show([_as_dict(token) for token in found])
        return
    for token in found:
        state = "revoked" if token.revoked else f"until {_day(token.expires)}"
        scopes = ",".join(token.scopes)
        click.echo(f"{token.id}  {_day(token.created)}  {state}  {scopes}  {token.label}")


@tokens.command()
@click.argument("ident", metavar="ID")
@pass_home
def revoke(home: Path, ident: str) -> None:
    """End a token, from now on."""
    store = _open(home)
    try:
        store.revoke(ident)
    finally:
        store.close()


def _open(home: Path) -> "Tokens":
    from ledger.store.home import Home
    from ledger.store.tokens import Tokens

    place = Home(home)
    place.config()  # raises where there is no ledger
    return Tokens(place.access)


def _day(seconds: int | None) -> str:
    return "-" if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _as_dict(token: "Token") -> dict[str, Any]:
    return {**token._asdict(), "scopes": list(token.scopes)}
