"""`certledger serve`: the HTTP service, with the process that keeps the views up to date beside it.

The follower is a process of its own, so that one that fails or lags never holds up an answer.
"""

from pathlib import Path

import click

from ledger.cli.errors import Failure
from ledger.cli.options import pass_home


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="Port; 0 takes a free one.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes.  [default: one for each core]"
)
@pass_home
def serve(home: Path, host: str, port: int, workers: int | None) -> None:
    """Serve the ledger over HTTP until SIGTERM or Ctrl-C, and keep the views up to date.

    Prints the address once it answers. What is being answered is finished before it ends. Put a
    reverse proxy that buffers requests in front.
    """
    from api.serving import serve as serve_api
    from ledger.cli.follower import following
    from ledger.store.ledger import Ledger

    with Ledger.open(home) as ledger:  # what is wrong is told once, here, and not by each worker
        origin = ledger.config.origin

    def ready(url: str) -> None:
        click.echo(f"Serving {origin} at {url}")
        follow()

    try:
        with following(home) as follow:
            serve_api(home, host, port, workers, ready=ready)
    except OSError as error:
        choose = "Choose another with --host or --port"
        raise Failure(f"cannot listen at {host}:{port}: {error.strerror}", choose) from None
