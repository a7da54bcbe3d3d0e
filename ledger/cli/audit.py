"""`certledger audit`: replay a published log, or a home folder's with all that the ledger keeps."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import click

from ledger.audit.folder import Folder
from ledger.audit.report import Report
from ledger.audit.run import audit as replay
from ledger.cli.errors import Failure
from ledger.cli.options import as_json, pass_home, progress, show
from ledger.cli.receipts import read_vkey
from ledger.core.note import VerifierKey

MAX_CHECKPOINT = 65_536  # bytes


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--vkey", metavar="VKEY", help="The log's verifier key, from elsewhere than the log.")
@click.option(
    "--since",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CHECKPOINT",
    help="File with a checkpoint kept from an earlier audit.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Threads.")
@as_json
@pass_home
@click.pass_context
def audit(
    ctx: click.Context,
    home: Path,
    folder: Path | None,
    vkey: str | None,
    since: Sequence[Path],
    jobs: int,
    as_json: bool,
) -> None:
    """Replay every statement and say what is wrong, naming the first one that is.

    FOLDER is a published log, as `certledger export` writes it; --vkey must come from elsewhere.
    Without FOLDER the ledger of the home folder is audited, on a snapshot, with its state, its
    encrypted disclosures and its views; --vkey is then by default the one it was founded with.

    Exits with 0 where all is well, 1 where something is wrong, 2 where it could not tell.
    """
    pinned = None if vkey is None else read_vkey(vkey)
    kept = [_kept(file) for file in since]
    if folder is not None:
        report = audit_folder(folder, pinned, kept, jobs)
    else:
        report = audit_home(home, pinned, kept, jobs)
    if as_json:
        show(report.as_dict())
    else:
        click.echo(report.line())
    ctx.exit(report.exit_code)


def audit_folder(
    folder: Path, vkey: VerifierKey | None, kept: Sequence[str] = (), jobs: int = 1
) -> Report:
    """Audit a published log.

    Raises:
        Failure: there is no pinned key, or no folder.
    """
    if vkey is None:
        take = "Take it from elsewhere than the folder: what it says of itself proves nothing"
        raise Failure("a published log is audited with --vkey", take)
    if not folder.is_dir():
        raise Failure(f"there is no folder {folder}")
    with bar() as advance:
        return replay(Folder(folder), vkey, clock=monotonic, kept=kept, jobs=jobs, progress=advance)


def audit_home(
    home: Path, vkey: VerifierKey | None = None, kept: Sequence[str] = (), jobs: int = 1
) -> Report:
    """Audit the ledger of a home folder, while it serves.

    Raises:
        Failure, StoreError: there is none.
    """
    from ledger.cli.audit_home import opened_home

    with opened_home(home) as ledger, bar() as advance:
        if ledger.vault is None:
            click.echo("There is no keys.db here: disclosures are not checked.", err=True)
        return replay(
            ledger.database,
            vkey or read_vkey(ledger.vkey),
            clock=monotonic,
            database=ledger.database,
            vault=ledger.vault,
            views=ledger.views,
            kept=kept,
            jobs=jobs,
            progress=advance,
        )


@contextmanager
def bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar that begins once it is known how many statements there are."""
    before = 0
    with progress("Replaying", 0) as moved:

        def advance(done: int, of: int) -> None:
            nonlocal before
            moved(done - before, of)
            before = done

        yield advance


def _kept(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_CHECKPOINT).decode("utf-8")
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{file} is no checkpoint: not UTF-8") from None
