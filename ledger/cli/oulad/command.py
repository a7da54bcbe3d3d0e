"""`certledger import oulad`: the command."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ledger.cli.client import LedgerClient
from ledger.cli.errors import NO
from ledger.cli.options import as_json, folder_argument, pass_home, progress, show, url_option
from ledger.cli.oulad import report
from ledger.cli.oulad.dataset import read_dataset
from ledger.cli.oulad.job import PLAN, Job, fingerprint, kept_job
from ledger.cli.oulad.plan import Cast, Plan, organisations
from ledger.cli.oulad.records import Dataset
from ledger.cli.outbox import Outbox
from ledger.cli.playing.chance import SECRET_BYTES, Chance
from ledger.cli.playing.sending import Tally, send_all
from ledger.cli.playing.server import serving
from ledger.cli.playing.signing import Signers
from ledger.cli.playing.stage import OPERATOR, REGULATOR, Stage, local_stage, remote_stage

ORIGIN = "ledger.example/oulad"
NAMES = {OPERATOR: "Education Bureau (played)", REGULATOR: "Skills Regulator (played)"}
DEADLINE = 90 * 86_400  # seconds from the first run in which the history can be brought in


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@url_option
@click.option(
    "--parties",
    type=folder_argument,
    show_default="HOME/parties",
    help="Folder with the keys of the parties that are played.",
)
@click.option(
    "--origin", default=ORIGIN, show_default=True, help="Origin, where the ledger is founded here."
)
@click.option("--dry-run", is_flag=True, help="Read everything, sign and send nothing.")
@as_json
@pass_home
@click.pass_context
def oulad(
    ctx: click.Context,
    home: Path,
    folder: Path,
    url: str | None,
    parties: Path | None,
    origin: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import the Open University Learning Analytics Dataset from DIR.

    Plays the agencies (one a module), the schools (one a region), the regulator and the operator,
    with keys that it keeps, and sends registrations, scores, results and certificates through the
    same door as everybody else. A ledger that is not founded is founded. Without --url it serves
    the ledger itself meanwhile.

    Cut off, it is run again with the same folders and goes on; nothing is said twice. Banked and
    empty scores are not imported; --dry-run names each row. Exits with 1 if anything was refused.
    """
    data = read_dataset(folder)
    if dry_run:
        _tell_dry_run(data, as_json)
        return
    where = parties or home / "parties"
    tally = Tally()
    with _ledger(home, where, origin, url) as (stage, client):
        seconds = _import(folder, data, stage, client, tally, quiet=as_json)
    told = {"origin": stage.origin, **report.about_sending(tally, seconds)}
    _tell({**told, **report.about_data(data)}, as_json)
    ctx.exit(NO if tally.refused else 0)


@contextmanager
def _ledger(
    home: Path, parties: Path, origin: str, url: str | None
) -> Iterator[tuple[Stage, LedgerClient]]:
    """The ledger and the way to it; a server of one's own where there is no URL."""
    if url is not None:
        client = LedgerClient(url)
        yield remote_stage(client, home, parties), client
        client.close()
        return
    stage = local_stage(home, parties, origin, NAMES)
    with serving(home, log=parties / "server.log") as own:
        yield stage, LedgerClient(own)


def _import(
    folder: Path, data: Dataset, stage: Stage, client: LedgerClient, tally: Tally, *, quiet: bool
) -> float:
    """Send everything; returns how many seconds it took."""
    started = time.monotonic()
    chance = stage.keyring.chance()
    with Outbox(stage.keyring.folder / "outbox-oulad") as outbox:
        now = int(time.time())
        wanted = Job(PLAN, stage.origin, fingerprint(folder), now + DEADLINE)
        job = kept_job(outbox.folder / "job.json", wanted)
        proofs = {one.party: stage.proof(one.party) for one, _ in organisations(data)}
        cast = Cast(stage.origin, stage.operator, stage.regulator)
        plan = Plan(data, cast, chance, proofs, job.deadline)
        signers = Signers(stage.key, chance)
        with progress("Importing", _counted(plan).total(), quiet=quiet) as done:
            send_all(plan, signers.sign_all, outbox, client, tally, done)
    return time.monotonic() - started


def _counted(plan: Plan) -> Counter[str]:
    return Counter(kind for planned in plan for kind in planned.types)


def _tell_dry_run(data: Dataset, as_json: bool) -> None:
    """Every row that is not imported, every remark, and what would be sent."""
    proofs: dict[str, dict[str, str]] = {one.party: {} for one, _ in organisations(data)}
    cast = Cast(ORIGIN, OPERATOR, REGULATOR)
    plan = Plan(data, cast, Chance(bytes(SECRET_BYTES)), proofs, 0)
    told = {"to_import": dict(sorted(_counted(plan).items())), **report.about_data(data)}
    for row in data.left_out:
        _line(row._asdict(), f"{row.file}:{row.line}: not imported, {row.reason}", as_json)
    for one in report.all_remarks(data):
        text = f"{one.file}:{one.line}: pass with a remark, {', '.join(one.reasons)}"
        _line(one.to_json(), text, as_json)
    if as_json:
        click.echo(json.dumps({"summary": told}, ensure_ascii=False))
    else:
        _tell(told, as_json)


def _line(value: dict[str, Any], text: str, as_json: bool) -> None:
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def _tell(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show(told)
        return
    for line in report.lines(told):
        click.echo(line)
