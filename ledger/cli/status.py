"""`certledger status`: how the ledger is, without changing anything."""

from pathlib import Path
from typing import Any

import click

from ledger.cli.options import as_json, pass_home, show, show_pairs


@click.command()
@as_json
@pass_home
def status(home: Path, as_json: bool) -> None:
    """Say how the ledger is: size, root, verifier key, database, and how far the views are."""
    told = read_status(home)
    if as_json:
        show(told)
        return
    views = told.pop("projections")
    lines = {f"view {name}": f"at {view['position']}" for name, view in views.items()}
    show_pairs({**told, **lines})


def read_status(home: Path) -> dict[str, Any]:
    """What `status --json` tells."""
    from ledger.store.ledger import Ledger
    from projections import runner

    with Ledger.open(home) as ledger, runner.opened_views(ledger.home.views) as file:
        return {**ledger.status(), "projections": runner.status(ledger, file)}
