"""What several commands share: the home folder, `--json`, and how things are shown."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import click

# The home folder, from the group's option: `def command(home: Path, …)`.
pass_home = click.make_pass_decorator(Path)

as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")

file_argument = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
folder_argument = click.Path(path_type=Path, file_okay=False)

url_option = click.option(
    "--url",
    envvar="CERTLEDGER_URL",
    show_envvar=True,
    metavar="URL",
    help="Address of the ledger, such as https://ledger.example.",
)


def show(value: Mapping[str, Any] | list[Any]) -> None:
    """Print JSON for a program."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def show_pairs(pairs: Mapping[str, Any]) -> None:
    """Print names and values for a person, one a line, aligned."""
    width = max(map(len, pairs))
    for name, value in pairs.items():
        click.echo(f"{name.ljust(width)}  {'-' if value is None else value}")


class Advance(Protocol):
    """Moves a progress bar on."""

    def __call__(self, more: int, of: int | None = None) -> None:
        """So many `more` are done, `of` so many where that became known only now."""


@contextmanager
def progress(label: str, length: int, *, quiet: bool = False) -> Iterator[Advance]:
    """A progress bar on the terminal, where there is one."""
    hidden = quiet or not sys.stderr.isatty()
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=hidden) as bar:

        def advance(more: int, of: int | None = None) -> None:
            if of is not None:
                bar.length = of
            bar.update(more)

        yield advance
