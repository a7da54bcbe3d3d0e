"""The house's own rule about skips: by name on a bare machine, a failure in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

STORY = """
import pytest

@pytest.mark.needs("no-such-program")
def test_needs_a_program():
    raise AssertionError("must not run without it")

@pytest.mark.soak
def test_takes_minutes():
    pass

def test_gives_up():
    pytest.skip("no vectors here")

def test_runs():
    pass
"""


def run(folder: Path, *options: str, ci: str) -> str:
    """A pytest of its own, with this suite's conftest and settings."""
    here = Path(__file__)
    (folder / "conftest.py").write_bytes((here.parent / "conftest.py").read_bytes())
    (folder / "test_story.py").write_text(STORY)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-c", str(here.parents[1] / "pyproject.toml")),
            *("--rootdir", str(folder), "-p", "no:cacheprovider", *options, str(folder)),
        ],
        env=os.environ | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return done.stdout + done.stderr


def test_a_bare_machine_skips_by_name(tmp_path: Path) -> None:
    output = run(tmp_path, ci="")
    assert "not on this machine: no-such-program" in output
    assert "1 passed, 2 skipped, 1 deselected" in output


def test_ci_fails_what_it_would_skip(tmp_path: Path) -> None:
    output = run(tmp_path, ci="true")
    assert "everything has to run" in output
    assert "1 failed, 1 passed, 1 deselected, 1 error" in output


def test_ci_fails_a_module_that_skips_itself(tmp_path: Path) -> None:
    (tmp_path / "test_module.py").write_text("import pytest\npytest.importorskip('no_such')\n")
    output = run(tmp_path, ci="true")
    assert "1 error" in output


@pytest.mark.parametrize("ci", ["", "true"], ids=["person", "ci"])
def test_soak_runs_only_when_asked(tmp_path: Path, ci: str) -> None:
    assert "1 passed, 3 deselected" in run(tmp_path, "--soak", ci=ci)
