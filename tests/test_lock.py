"""The lock files: every byte that `make install` fetches is named by hash, from no named host.

A lock that forgets a direct dependency, or pins one without a hash, would let an install fetch
whatever a registry serves that day; one that names a host would tie the project to it.
"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;]+)(?P<marker> ;.*)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
OWN = PROJECT["name"]
# Where the module is not named after the distribution.
MODULES = {"pynacl": "nacl", "python-stdnum": "stdnum"}
HOST_MARKERS = ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host", " @ ")


def lock_text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def entries(text: str) -> list[str]:
    """One string for each requirement, with continuation lines joined and comments dropped."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [entry for entry in "\n".join(lines).replace("\\\n", "").splitlines() if entry.strip()]


def pins(text: str) -> dict[str, set[str]]:
    """Name -> versions; a package may be pinned twice, for older and newer Pythons."""
    found: dict[str, set[str]] = {}
    for entry in entries(text):
        match = PIN.match(entry)
        assert match, f"not an exact pin: {entry[:80]}"
        found.setdefault(match["name"], set()).add(match["version"])
    return found


def direct(extra: str | None) -> set[str]:
    """Normalised names (PEP 503) that pyproject.toml asks for, following extras of its own."""
    wanted = PROJECT["dependencies"] if extra is None else PROJECT["optional-dependencies"][extra]
    names: set[str] = set() if extra is None else direct(None)
    for requirement in wanted:
        head = re.match(r"([A-Za-z0-9._-]+)(?:\[([a-z]+)\])?", requirement)
        assert head
        if head[1] == OWN:
            names |= direct(head[2])
        else:
            names.add(re.sub(r"[-_.]+", "-", head[1]).lower())
    return names


@pytest.mark.parametrize("name", ["server", "dev"])
def test_no_host_is_named(name: str) -> None:
    text = lock_text(name)
    assert not [marker for marker in HOST_MARKERS if marker in text]


@pytest.mark.parametrize("name", ["server", "dev"])
def test_every_pin_is_hashed_and_nothing_else_stands_there(name: str) -> None:
    found = entries(lock_text(name))
    assert len(found) > 20
    for entry in found:
        head, *hashes = entry.split("--hash")
        assert PIN.fullmatch(head.strip()), entry[:80]
        assert hashes, f"no hash: {head}"
        assert all(HASH.fullmatch(f"--hash{rest}".strip()) for rest in hashes), head


@pytest.mark.parametrize("name", ["server", "dev"])
def test_every_direct_dependency_is_locked(name: str) -> None:
    wanted = direct(name)
    assert {"cryptography", "click", "flask"} <= wanted
    assert wanted <= pins(lock_text(name)).keys()


def test_the_build_backend_is_locked_too() -> None:
    """The project itself is built without isolation, so that nothing unhashed is fetched for it."""
    for name in ("server", "dev"):
        assert "setuptools" in pins(lock_text(name))


def test_both_locks_agree() -> None:
    """What was tested is what is served."""
    tested, served = pins(lock_text("dev")), pins(lock_text("server"))
    assert {name: tested.get(name) for name in served} == served


def test_an_auditor_needs_two_packages() -> None:
    assert direct(None) == {"click", "cryptography"}


def test_nothing_is_installed_that_nothing_imports() -> None:
    """A dependency that is not used is still one that has to be trusted."""
    rooms = ("ledger", "projections", "api")
    sources = "\n".join(path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", sources, re.MULTILINE))
    names = {name: MODULES.get(name, name.replace("-", "_")) for name in direct("server")}
    assert {name for name, module in names.items() if module not in imported} == set()


def test_every_direct_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text().lower()
    assert {name for name in direct("dev") if name not in reasons} == set()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("flask>=3 \\\n    --hash=sha256:" + "0" * 64, "not an exact pin"),
        ("flask @ file \\\n    --hash=sha256:" + "0" * 64, "not an exact pin"),
    ],
    ids=["range", "address"],
)
def test_a_loose_pin_is_seen(line: str, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        pins(line)
