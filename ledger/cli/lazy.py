"""A click group that imports a command's module only when that command is run.

`certledger --help` lists everything and imports nothing, so it works on an auditor's machine, where
half of the commands have no libraries to run with.
"""

import importlib
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import click

from ledger.cli.errors import Failure

OUR_BUG = 70  # EX_SOFTWARE: not 1, which says "no", and not 2, which says "could not tell"
INTERRUPTED = 130  # as shells have it

_OURS = frozenset({"ledger", "projections", "api"})
_EXTRAS = {"urllib3": "client"}  # all else that may be missing comes with the extra "server"


class Lazy(NamedTuple):
    """Where a command is, and what it does in one line."""

    module: str
    attribute: str
    about: str


class LazyGroup(click.Group):
    """A group whose commands are `Lazy`."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command.

        Raises:
            Failure: a library that it needs is not installed.
        """
        entry = self.lazy.get(cmd_name)
        if entry is None:
            return None
        try:
            command = getattr(importlib.import_module(entry.module), entry.attribute)
        except ModuleNotFoundError as error:
            raise not_installed(error, cmd_name) from None
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.about) for name, entry in self.lazy.items()])


class Program(LazyGroup):
    """The outermost group: what goes wrong below it ends with the right exit code."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run, as click does. A traceback means a bug of ours, never an expected error."""
        try:
            return super().main(args, *rest, **options)
        except Exception:  # noqa: BLE001 - Python would exit with 1, and 1 says "no" here
            traceback.print_exc()
            sys.exit(OUR_BUG)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the store raises, and a file that cannot be used, are expected."""
        from ledger.store.errors import StoreError

        try:
            return super().invoke(ctx)
        except StoreError as error:
            raise Failure(f"{error.detail} ({error.code})") from None
        except ModuleNotFoundError as error:
            raise not_installed(error, ctx.invoked_subcommand or "") from None
        except OSError as error:
            if error.filename is None:  # no file, such as a pipe that closed, which click sees to
                raise
            raise Failure(f"{error.filename}: {error.strerror}") from None
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            ctx.exit(INTERRUPTED)


def not_installed(error: ModuleNotFoundError, command: str) -> Exception:
    """What to say where a library is missing; a missing module of our own is a bug."""
    missing = (error.name or "").partition(".")[0]
    if missing in _OURS:
        return error
    need = f'pip install "certificate-ledger[{_EXTRAS.get(missing, "server")}]"'
    return Failure(f"{command} needs {missing}, which is not installed", f"Install it: {need}")
