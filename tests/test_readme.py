"""What the README tells a person to type, typed."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from tools.markdown import shell_lines

README = Path(__file__).parents[1] / "README.md"


def section(title: str) -> list[str]:
    """The command lines under a heading of the README."""
    text = README.read_text()
    assert f"\n{title}\n" in text
    rest = text.partition(f"\n{title}\n")[2]
    return list(shell_lines(rest.partition("\n##")[0]))


def certledger(folder: Path, *words: str) -> str:
    """Run the command as a person would, in that folder; what it printed."""
    environment = {name: text for name, text in os.environ.items() if "CERTLEDGER" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "ledger.cli", *words],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(README.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_a_ledger_of_your_own(tmp_path: Path) -> None:
    lines = [line for line in section("### A ledger of your own") if line.startswith("certledger")]
    assert len(lines) == 7
    for line in lines:
        words = shlex.split(line)[1:]
        if "VKEY" in words:
            status = json.loads(certledger(tmp_path, "--home", "try", "status", "--json"))
            words[words.index("VKEY")] = status["vkey"]
        answer = certledger(tmp_path, *words)
        if "audit" in words:
            assert answer.startswith("OK: ledger.example/try")
    assert (tmp_path / "try-log" / "checkpoint").exists()


def test_two_commands() -> None:
    assert section("## Two commands")[:2] == ["make demo", "make test"]
