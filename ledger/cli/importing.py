"""`certledger import`: one subcommand for each kind of data that can be brought in."""

import click

from ledger.cli.lazy import Lazy, LazyGroup

SOURCES = {
    "oulad": Lazy("ledger.cli.oulad", "oulad", "The Open University Learning Analytics Dataset."),
}


@click.group("import", cls=LazyGroup, lazy=SOURCES)
def importing() -> None:
    """Bring in real exam data as signed statements."""
