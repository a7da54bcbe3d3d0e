"""`certledger keys`: a party makes its keys on its own machine and hands over public halves."""

from pathlib import Path

import click

from ledger.cli.errors import Failure
from ledger.cli.keys import (
    PUBLIC_FORMAT,
    PublicHalf,
    format_of,
    new_key,
    read_key,
    read_public,
    write_key,
    write_public,
)
from ledger.cli.options import as_json, show, show_pairs
from ledger.core.possession import USES
from ledger.domain.kinds import ORIGIN, SLUG, BadValue

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def keys() -> None:
    """Make and show a party's keys."""


@keys.command()
@click.argument("file", type=_FILE)
@click.option("--origin", required=True, help="Origin of the ledger that the key is for.")
@click.option("--party", required=True, help="Id of the party whose key it is.")
@click.option(
    "--use",
    type=click.Choice(sorted(USES)),
    default="statement",
    show_default=True,
    help="What the key signs.",
)
@as_json
def new(file: Path, origin: str, party: str, use: str, as_json: bool) -> None:
    """Draw a key.

    Writes the private key to FILE (mode 0600, never over another file) and the public half, with
    the proof that the party holds the private one, to FILE.pub. The private file is the party's
    alone; the public half goes to the regulator, who registers it.
    """
    for kind, value, name in ((ORIGIN, origin, "--origin"), (SLUG, party, "--party")):
        try:
            kind.check(value, name)
        except BadValue as bad:
            raise Failure(str(bad)) from None
    key = new_key(origin, party, use)
    write_key(file, key)
    # A crash here leaves a private key without its public half, which `keys show` makes again.
    public = file.with_name(f"{file.name}.pub")
    write_public(public, key.public())
    _tell(key.public(), as_json, {"private": str(file), "public": str(public)})


@keys.command("show")
@click.argument("file", type=_FILE)
@click.option("--public", type=_FILE, metavar="FILE", help="Write the public half there, too.")
@as_json
def show_(file: Path, public: Path | None, as_json: bool) -> None:
    """Show the public half of a key, from its private or its public file; the secret never."""
    is_public = format_of(file) == PUBLIC_FORMAT
    half = read_public(file) if is_public else read_key(file).public()
    if public is not None:
        write_public(public, half)
    _tell(half, as_json, {})


def _tell(half: PublicHalf, as_json: bool, files: dict[str, str]) -> None:
    values = half.to_json()
    show({**values, **files}) if as_json else show_pairs(
        {name: values[name] for name in ("origin", "party", "use", "kid", "key")} | files
    )
