"""`certledger init`: draw the operator's keys, sign the founding statement, make the home."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from ledger.cli.errors import Failure
from ledger.cli.keys import PartyKey, PublicHalf, new_key, read_public
from ledger.cli.options import as_json, pass_home, show, show_pairs
from ledger.cli.party import PartySigner
from ledger.core.statement import Statement
from ledger.domain.errors import Refusal

RULES_VERSION = 1
OPERATOR_USES = ("log", "statement", "report")
REGULATOR_USES = ("statement", "recovery")


@click.command()
@click.option(
    "--origin", required=True, help="Host, and perhaps a path, that names the log for ever."
)
@click.option(
    "--regulator",
    "files",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Public key file of the regulator; two of them: its statement and its recovery key.",
)
@click.option("--regulator-name", help="Name of the regulator.  [default: its id]")
@click.option("--operator", default="operator", show_default=True, help="Id of the operator.")
@click.option("--operator-name", help="Name of the operator.  [default: its id]")
@as_json
@pass_home
def init(
    home: Path,
    origin: str,
    files: Sequence[Path],
    regulator_name: str | None,
    operator: str,
    operator_name: str | None,
    as_json: bool,
) -> None:
    """Found a ledger.

    Draws the operator's three keys, signs the founding statement and makes the home folder, which
    nobody else may read. The regulator makes its two keys with `keys new` on its own machine and
    hands over the public halves. Prints the verifier key that people pin: publish it, on paper too.
    """
    regulator = regulator_keys(files, origin)
    keys = {use: new_key(origin, operator, use) for use in OPERATOR_USES}
    names = (operator_name or operator, regulator_name or regulator["statement"].party)
    found(home, keys, regulator, names)
    from ledger.store.home import Home

    config = Home(home).config()
    told = {"origin": config.origin, "vkey": config.vkey, "home": str(home)}
    show(told) if as_json else show_pairs(told)


def regulator_keys(files: Sequence[Path], origin: str) -> dict[str, PublicHalf]:
    """The regulator's public halves by use.

    Raises:
        Failure: they are not exactly one statement and one recovery key of one party.
    """
    halves = {half.use: half for half in map(read_public, files)}
    if len(files) != len(REGULATOR_USES) or halves.keys() != set(REGULATOR_USES):
        make = "Make them with `certledger keys new --use statement` and `--use recovery`"
        raise Failure("founding needs a statement and a recovery key of the regulator", make)
    for file, half in zip(files, map(read_public, files), strict=True):
        if half.origin != origin:
            raise Failure(f"{file} is proven for {half.origin}, not for {origin}")
    if len({half.party for half in halves.values()}) != 1:
        raise Failure("the two keys of the regulator belong to different parties")
    return halves


def found(
    home: Path,
    keys: Mapping[str, PartyKey],
    regulator: Mapping[str, PublicHalf],
    names: tuple[str, str],
) -> None:
    """Found a ledger in a folder; it is there whole when this returns.

    Args:
        keys: the operator's private keys by use.
        regulator: the regulator's public halves by use.
        names: of operator and regulator.

    Raises:
        Failure: the founding breaks a rule.
        StoreError: there is a ledger already, or it cannot be made.
    """
    from ledger.store.ledger import Ledger

    private = {use: key.key for use, key in keys.items()}
    try:
        Ledger.found(home, founding_statement(keys, regulator, names), private).close()
    except Refusal as refusal:
        raise Failure(f"the founding is refused: {refusal.detail} ({refusal.rule})") from None


def founding_statement(
    keys: Mapping[str, PartyKey], regulator: Mapping[str, PublicHalf], names: tuple[str, str]
) -> Statement:
    """The statement at position 0, signed by the operator's statement key."""
    key = keys["statement"]
    claims = {
        "origin": key.origin,
        "operator": key.party,
        "operator_name": names[0],
        "regulator": regulator["statement"].party,
        "regulator_name": names[1],
        "rules_version": RULES_VERSION,
        **{f"{use}_key": keys[use].public().claims() for use in OPERATOR_USES},
        "regulator_key": regulator["statement"].claims(),
        "recovery_key": regulator["recovery"].claims(),
    }
    return PartySigner.of(key).sign("ledger.founded", claims)
