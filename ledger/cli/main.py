"""The command `certledger`."""

from pathlib import Path

import click

from ledger.cli.lazy import Lazy, Program

_HERE = "ledger.cli"
COMMANDS = {
    "demo": Lazy(f"{_HERE}.demo", "demo", "Make a ledger with generated data, and serve it."),
    "init": Lazy(f"{_HERE}.init", "init", "Found a ledger."),
    "serve": Lazy(f"{_HERE}.serve", "serve", "Serve the ledger over HTTP."),
    "status": Lazy(f"{_HERE}.status", "status", "Say how the ledger is."),
    "keys": Lazy(f"{_HERE}.keys_command", "keys", "Make and show a party's keys."),
    "sign": Lazy(f"{_HERE}.sign", "sign", "Sign drafts of statements, as a party."),
    "submit": Lazy(f"{_HERE}.submit", "submit", "Send signed statements to a ledger."),
    "import": Lazy(f"{_HERE}.importing", "importing", "Bring in real exam data."),
    "verify": Lazy(f"{_HERE}.verify", "verify", "Say whether a certificate is genuine and holds."),
    "audit": Lazy(f"{_HERE}.audit", "audit", "Replay a log and say what is wrong with it."),
    "export": Lazy(f"{_HERE}.export", "export", "Write the public log as static files."),
    "projections": Lazy(
        f"{_HERE}.projections", "projections", "Look at the views, or rebuild them."
    ),
    "tokens": Lazy(f"{_HERE}.tokens", "tokens", "Make, list and revoke access tokens."),
}


@click.group(
    cls=Program,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var"),
    envvar="CERTLEDGER_HOME",
    show_default="./var",
    show_envvar=True,
    help="Folder in which the ledger lives.",
)
@click.version_option(package_name="certificate-ledger", prog_name="certledger")
@click.pass_context
def main(ctx: click.Context, home: Path) -> None:
    """Vocational certificates, exam scores and revocations in a log that nobody can rewrite.

    Exit codes: 0 yes, done or valid; 1 no; 2 could not tell, could not be done, or wrong usage.
    """
    ctx.obj = home
