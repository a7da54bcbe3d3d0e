"""The walls between the rooms, checked on what is really loaded.

import-linter reads source text; here a fresh interpreter imports a room and looks at what came in
with it, lazy and dynamic imports of third parties included.
"""

import json
import subprocess
import sys

import pytest

PURE = ["ledger.core", "ledger.domain", "ledger.audit"]
# cffi is how cryptography reaches OpenSSL and PyNaCl libsodium; the underscored names are compiled
# halves. PyNaCl is optional: an auditor may do without.
ALLOWED = {"ledger", "cryptography", "nacl", "cffi", "_cffi_backend", "_openssl", "_sodium"}

LOADED = """
import importlib, json, pkgutil, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    room = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(room, "__path__", []), name + "."):
        importlib.import_module(module.name)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def loaded(*rooms: str) -> set[str]:
    """Every module that importing these rooms, and all their modules, brings in."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *rooms], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def strangers(modules: set[str]) -> set[str]:
    tops = {name.partition(".")[0] for name in modules}
    return tops - set(sys.stdlib_module_names) - ALLOWED


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_loads_the_standard_library_and_cryptography(room: str) -> None:
    modules = loaded(room)
    assert room in modules
    assert strangers(modules) == set()


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("ledger.core", {"ledger.domain", "ledger.audit", "ledger.store", "ledger.cli"}),
        ("ledger.domain", {"ledger.audit", "ledger.store", "ledger.cli"}),
        ("ledger.audit", {"ledger.store", "ledger.cli"}),
        ("ledger.store", {"ledger.audit", "ledger.cli"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_imports_run_one_way(room: str, forbidden: set[str]) -> None:
    assert loaded(room) & (forbidden | {"api", "projections"}) == set()


@pytest.mark.parametrize("room", ["ledger.core", "ledger.domain"])
def test_rules_and_proofs_touch_no_network_and_no_database(room: str) -> None:
    assert loaded(room) & {"socket", "ssl", "sqlite3", "http.client", "urllib.request"} == set()


def test_the_command_line_starts_light() -> None:
    """An auditor's install has no server packages: `certledger --help` must run without them."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, ledger.cli.main; print('\\n'.join(sys.modules))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    tops = {name.partition(".")[0] for name in done.stdout.split()}
    assert "click" in tops
    assert tops & {"flask", "eventsourcing", "pysqlite3", "marshmallow", "statsmodels"} == set()


def test_a_stranger_would_be_seen() -> None:
    assert strangers(loaded("ledger.core") | {"flask.app"}) == {"flask"}
    assert {"flask", "werkzeug"} <= strangers(loaded("flask.app"))
