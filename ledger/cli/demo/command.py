"""`certledger demo`: the command."""

import json
import time
from pathlib import Path
from typing import Any

import click

from ledger.cli.client import LedgerClient
from ledger.cli.demo.catalogue import NORTHLIGHT
from ledger.cli.demo.people import FEWEST, sittings
from ledger.cli.demo.plan import DemoPlan
from ledger.cli.demo.telling import tell
from ledger.cli.demo.trying import examples
from ledger.cli.errors import Failure
from ledger.cli.files import write_whole
from ledger.cli.options import as_json, progress, show
from ledger.cli.outbox import Outbox
from ledger.cli.playing.sending import Tally, send_all
from ledger.cli.playing.server import HOST, serving
from ledger.cli.playing.signing import Signers
from ledger.cli.playing.stage import OPERATOR, REGULATOR, Stage, local_stage
from ledger.domain.dates import civil_date

HOME = Path("var") / "demo"
ORIGIN = "ledger.example/demo"
NAMES = {OPERATOR: "Example Education Bureau", REGULATOR: "Example Skills Regulator"}
DEADLINE = 7 * 86_400  # seconds in which a demonstration that was cut off can be finished
SCOPE = "archive:read"
WORKERS = 2


@click.command()
@click.option(
    "--students",
    type=click.IntRange(FEWEST, 1_000_000),
    default=2000,
    show_default=True,
    help="How many.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Other names and marks.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="Port to serve."
)
@click.option("--no-serve", is_flag=True, help="Make the ledger and end.")
@as_json
@click.pass_context
def demo(
    ctx: click.Context, students: int, seed: int, port: int, no_serve: bool, as_json: bool
) -> None:
    """Make a ledger with generated data, say what to try, and serve it.

    Everything in it is invented. It lies in ./var/demo, or in the folder given with --home; where
    it has been made, it is served again as it is. Cut off, it is finished by the next run.
    """
    home = _home(ctx)
    told = prepared(home, students, seed, quiet=as_json)
    url = f"http://{HOST}:{port}"
    told |= _ledger(home)
    if as_json:
        show({**told, "url": None if no_serve else url})
    else:
        tell(told, url)
    if not no_serve:
        from ledger.cli.serve import serve

        ctx.obj = home
        ctx.invoke(serve, host=HOST, port=port, workers=WORKERS)


def _home(ctx: click.Context) -> Path:
    """The folder asked for, else one of the demonstration's own: `./var` may hold a real ledger."""
    above = ctx.parent
    assert above is not None, "demo is a command of a group"
    default = click.core.ParameterSource.DEFAULT
    return HOME if above.get_parameter_source("home") is default else Path(ctx.obj)


def _ledger(home: Path) -> dict[str, Any]:
    """Which ledger it is, and an agency to compare the examples' authority with."""
    from ledger.store.home import Home

    config = Home(home).config()
    known = {"home": str(home.absolute()), "origin": config.origin, "vkey": config.vkey}
    return {**known, "sound_authority": NORTHLIGHT.party}


def prepared(home: Path, students: int, seed: int, *, quiet: bool = False) -> dict[str, Any]:
    """What to try in the demonstration of a home folder, which is made if it is not there.

    Raises:
        Failure: another ledger is in the folder, or a statement was refused.
    """
    file = home / "demo.json"
    if file.exists():
        return dict(json.loads(file.read_text("utf-8")))
    stage = local_stage(home, home / "parties", ORIGIN, NAMES)
    if stage.origin != ORIGIN:
        raise Failure(f"the ledger in {home} is no demonstration", "Choose another --home")
    told = _make(home, stage, students, seed, quiet=quiet)
    told["operator_token"] = _token(home)
    # Private: it holds a token. A crash before this line: the next run sends what is left.
    write_whole(file, json.dumps(told, ensure_ascii=False, indent=2).encode(), mode=0o600)
    return told


def _make(home: Path, stage: Stage, students: int, seed: int, *, quiet: bool) -> dict[str, Any]:
    chance = stage.keyring.chance()
    with Outbox(stage.keyring.folder / "outbox-demo") as outbox:
        job = _job(outbox.folder / "job.json", students, seed)
        sat = sittings(job["students"], job["seed"])
        plan = DemoPlan(stage, chance, sat, job["today"], job["deadline"])
        total = sum(len(planned.types) for planned in plan)
        signers, tally = Signers(stage.key, chance), Tally()
        with (
            serving(home, log=stage.keyring.folder / "server.log") as url,
            progress("Making the demonstration", total, quiet=quiet) as done,
        ):
            send_all(plan, signers.sign_all, outbox, LedgerClient(url), tally, done)
    if tally.problems:
        first = tally.problems[0]
        raise Failure(f"a {first.type} was refused: {first.problem.get('detail')}")
    _bring_views_up(home)
    return {"statements": tally.admitted.total(), **examples(plan, sat)}


def _job(path: Path, students: int, seed: int) -> dict[str, Any]:
    """What a run that was cut off had begun; else what is asked for, from today on."""
    now = int(time.time())
    asked = {"students": students, "seed": seed, "today": civil_date(now)}
    if path.exists():
        click.echo("Finishing the demonstration that an earlier run began.", err=True)
    else:
        job = {**asked, "deadline": now + DEADLINE}
        write_whole(path, json.dumps(job).encode(), replace=False)
    return dict(json.loads(path.read_bytes()))


def _bring_views_up(home: Path) -> None:
    """So that the first thing somebody looks at is there."""
    from ledger.store.ledger import Ledger
    from projections.runner import catch_up, opened_views

    with Ledger.open(home) as ledger, opened_views(ledger.home.views) as file:
        catch_up(ledger, file)


def _token(home: Path) -> str:
    from ledger.store.home import Home
    from ledger.store.tokens import Tokens

    tokens = Tokens(Home(home).access)
    try:
        return tokens.new([SCOPE], label="demo")[1]
    finally:
        tokens.close()
