"""`certledger projections`: the views of the log, how far they are, and how they are made anew."""

import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ledger.cli.errors import Failure
from ledger.cli.options import as_json, pass_home, progress, show


@click.group()
def projections() -> None:
    """Look at the views of the log, or make them anew. Nothing in them is not in the log."""


@projections.command()
@as_json
@pass_home
def status(home: Path, as_json: bool) -> None:
    """Say how far each view is behind the log."""
    from ledger.store.ledger import Ledger
    from projections.runner import opened_views, status

    with Ledger.open(home) as ledger, opened_views(ledger.home.views) as file:
        told = status(ledger, file)
    if as_json:
        show(told)
        return
    for name, view in told.items():
        lag = "up to date" if not view["behind"] else f"{view['behind']} behind"
        click.echo(f"{name}: at position {view['position']}, {lag}")


@projections.command()
@pass_home
def rebuild(home: Path) -> None:
    """Make all views anew from the log; who reads meanwhile sees them as they were."""
    from ledger.store.ledger import Ledger
    from projections.runner import opened_views, rebuild

    with (
        _told(),
        Ledger.open(home) as ledger,
        opened_views(ledger.home.views) as file,
        progress("Rebuilding", ledger.head().size) as advance,
    ):
        rebuild(ledger, file, advance)
    click.echo("rebuilt")


@projections.command(hidden=True)
@pass_home
def follow(home: Path) -> None:
    """Keep the views up to date until standard input closes (`serve` starts this)."""
    from ledger.store.ledger import Ledger
    from projections.runner import follow, only_follower, opened_views

    def stopped(seconds: float) -> bool:
        # The pipe closes when the server ends, however it ends. That is told by readability.
        return bool(select.select([sys.stdin], [], [], seconds)[0])

    with Ledger.open(home) as ledger, only_follower(home / "views.lock", stopped) as alone:
        if alone:
            with _told(), opened_views(ledger.home.views) as file:
                follow(ledger, file, stopped)


@contextmanager
def _told() -> Iterator[None]:
    """Say in a line where a view stands that cannot go on."""
    from projections.runner import FoldFailed

    try:
        yield
    except FoldFailed as error:
        raise Failure(
            str(error), "Run `certledger audit`, and report it if that is clean"
        ) from error
