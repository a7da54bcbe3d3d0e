"""The program as a whole: help, exit codes, what is imported, what a terminal sees."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ledger.cli import lazy
from ledger.cli.errors import Failure
from ledger.cli.lazy import Lazy, Program
from ledger.cli.main import COMMANDS, main
from ledger.cli.options import progress
from ledger.store.errors import Busy
from tests.cli.parties import ENVIRONMENT, PROGRAM, Parties, run

HEAVY = {"flask", "eventsourcing", "pysqlite3", "urllib3", "granian", "marshmallow"}


def test_help_lists_every_command_and_imports_none() -> None:
    text = run("--help").stdout
    for name, entry in COMMANDS.items():
        assert name in text
        assert entry.about in text
    code = f"from ledger.cli.main import main\nimport sys\nprint({HEAVY!r} & set(sys.modules))"
    bare = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert bare.stdout == "set()\n"


def test_every_option_is_explained() -> None:
    def walk(command: click.Command) -> list[click.Command]:
        if not isinstance(command, click.Group):
            return [command]
        context = click.Context(command)
        children = [command.get_command(context, name) for name in command.list_commands(context)]
        return [command, *(one for child in children if child for one in walk(child))]

    for command in walk(main):
        assert command.help, command.name
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (command.name, option.name)


def test_the_version_is_the_packages() -> None:
    assert run("--version").stdout.startswith("certledger, version ")


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["status", "--nonsense"]])
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    assert "Usage:" in run(*arguments, code=2).stderr


def test_it_runs_as_a_module_too() -> None:
    result = subprocess.run([*PROGRAM, "--help"], env=ENVIRONMENT, capture_output=True, check=True)
    assert result.stdout.startswith(b"Usage: certledger ")


# --- what goes wrong below ------------------------------------------------------------------------


def failing(error: BaseException) -> Any:
    @click.command()
    def fail() -> None:
        """Fail."""
        raise error

    program = Program("program", lazy={})
    program.add_command(fail)
    program.get_command = lambda ctx, name: fail  # type: ignore[method-assign]
    return CliRunner().invoke(program, ["fail"])


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (Failure("no", "Do it"), 2, "Error: no. Do it.\n"),
        (Failure("no"), 2, "Error: no\n"),
        (Busy("another writes"), 2, "Error: another writes (busy)\n"),
        (OSError(28, "No space left on device", "a/b"), 2, "Error: a/b: No space left on device\n"),
        (KeyboardInterrupt(), 130, "\nInterrupted.\n"),
    ],
)
def test_expected_errors_are_a_line(error: BaseException, code: int, text: str) -> None:
    result = failing(error)
    assert (result.exit_code, result.stderr, result.stdout) == (code, text, "")


def test_a_bug_of_ours_is_neither_no_nor_could_not_tell() -> None:
    result = failing(ZeroDivisionError("ours"))
    assert result.exit_code == 70
    assert "Traceback" in result.stderr


def test_a_missing_module_of_ours_is_a_bug() -> None:
    program = Program("program", lazy={"x": Lazy("ledger.cli.no_such", "x", "Nothing.")})
    result = CliRunner().invoke(program, ["x"])
    assert result.exit_code == lazy.OUR_BUG


def test_a_pipe_that_closes_early_is_no_traceback(founded: Parties) -> None:
    command = [*PROGRAM, "--home", str(founded.home), "status"]
    with subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


# --- progress -------------------------------------------------------------------------------------


def test_without_a_terminal_there_is_no_bar(capfd: pytest.CaptureFixture[str]) -> None:
    with progress("Working", 10) as advance:
        advance(5)
        advance(5, 20)
    assert capfd.readouterr() == ("", "")


def test_on_a_terminal_there_is_one_and_the_answer_stays_clean(
    founded: Parties, tmp_path: Path
) -> None:
    leader, follower = pty.openpty()
    command = [*PROGRAM, "--home", str(founded.home), "export", str(tmp_path / "log")]
    environment = {**ENVIRONMENT, "TERM": "xterm"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=follower
    ) as process:
        assert process.stdout is not None
        answer = process.stdout.read()
        process.wait()
    shown = b""
    while select.select([leader], [], [], 0.2)[0]:
        shown += os.read(leader, 4096)
    os.close(leader)
    os.close(follower)
    assert b"Exporting" in shown
    assert b"100%" in shown
    assert len(answer.splitlines()) == 1
