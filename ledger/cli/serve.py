"""`certledger serve`: the HTTP service, with the process that keeps the views up to date beside it.

Granian serves; its workers open the ledger themselves, after they were started. The follower is a
process of its own, so that one that fails or lags never holds up an answer.
"""

import os
import socket
from pathlib import Path

import click

from ledger.cli.errors import Failure
from ledger.cli.options import pass_home

TARGET = "api.app:create_app"
HOME_VARIABLE = "CERTLEDGER_HOME"  # where the workers look for the home folder
THREADS = 4  # of each worker: a slow client occupies one of them, not the worker


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="Port."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes."
)
@pass_home
def serve(home: Path, host: str, port: int, workers: int) -> None:
    """Serve the ledger over HTTP until SIGTERM or Ctrl-C, and keep the views up to date.

    What is being answered is finished before it ends. Put a reverse proxy that buffers in front.
    """
    from ledger.store.ledger import Ledger

    with Ledger.open(home) as ledger:  # so that what is wrong is told once, here
        origin = ledger.config.origin
    _check_free(host, port)
    click.echo(f"Serving {origin} at http://{host}:{port}", err=True)
    run(home, host, port, workers)


def run(home: Path, host: str, port: int, workers: int) -> None:
    """Serve until a signal comes."""
    from granian.constants import Interfaces
    from granian.server import Server

    from ledger.cli.follower import following

    os.environ[HOME_VARIABLE] = str(home.absolute())
    server = Server(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_access=False,
    )
    with following(home):
        server.serve()


def _check_free(host: str, port: int) -> None:
    """Workers that cannot listen would be started again and again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            choose = "Choose another with --host or --port"
            raise Failure(f"cannot listen at {host}:{port}: {error.strerror}", choose) from None
