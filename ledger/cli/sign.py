"""`certledger sign`: drafts in, signed statements out, on the party's own machine."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ledger.cli.drafts import read_drafts, read_statements
from ledger.cli.errors import Failure
from ledger.cli.files import write_whole
from ledger.cli.keys import PartyKey, read_key
from ledger.cli.options import file_argument
from ledger.cli.party import PartySigner
from ledger.cli.signing import Signing

STDIN = "-"


@click.command()
@click.argument("drafts", nargs=-1, required=True, type=file_argument)
@click.option(
    "--key",
    "key_file",
    required=True,
    envvar="CERTLEDGER_KEY",
    show_envvar=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The party's private statement key.",
)
@click.option("--origin", help="Origin of the ledger.  [default: the one in the key file]")
@click.option(
    "--repeat",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Signed statements whose disclosures drafts repeat.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="New file for the signed statements (mode 0600).  [default: standard output]",
)
def sign(
    drafts: Sequence[Path],
    key_file: Path,
    origin: str | None,
    repeat: Sequence[Path],
    output: Path | None,
) -> None:
    """Sign DRAFTS: files of JSON, or - for standard input.

    A draft is an object with `type` and the claims of that type; see docs/statements.md. A file
    holds one, a list, or one a line. `"disclose": {…}` has the personal claims, of which the log
    sees salted digests only; `"repeat": ["name", "mark.*"]` repeats those of the registration's
    earlier statements. Where a random id is due, `"random"` draws one, and `"random:LABEL"` the
    same one for each LABEL in this run. `iss`, `iat` and `jti` are filled in, and of a certificate
    also `vct`; its `"status": "random"` draws an index in the agency's list.

    Writes one signed statement a line, for `certledger submit`. All drafts are signed or none.
    Nothing but the key is needed: no network, no ledger.
    """
    key = statement_key(key_file, origin)
    earlier = [one for file in repeat for _, one in read_statements(read_input(file), str(file))]
    signing = Signing(PartySigner.of(key), earlier)
    read = [draft for file in drafts for draft in read_drafts(read_input(file), str(file))]
    lines = b"".join(signing.sign(draft).wire() + b"\n" for draft in read)
    if output is None:
        sys.stdout.buffer.write(lines)
    else:
        write_whole(output, lines, mode=0o600, replace=False)


def statement_key(file: Path, origin: str | None) -> PartyKey:
    """The key of a file, if it signs statements for that origin."""
    key = read_key(file)
    if key.use != "statement":
        raise Failure(f"{file} is a {key.use} key", "Statements need the party's statement key")
    if origin is not None and origin != key.origin:
        raise Failure(f"{file} is a key for {key.origin}, not for {origin}")
    return key


def read_input(file: Path) -> bytes:
    """The bytes of a file, or of standard input where it is `-`."""
    try:
        return sys.stdin.buffer.read() if str(file) == STDIN else file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from None
