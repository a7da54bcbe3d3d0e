"""Any bytes anywhere: an audit finds something or cannot tell, and never breaks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit.folder import Folder
from ledger.audit.report import Report
from ledger.audit.run import audit
from ledger.audit.sources import Opened
from ledger.core.errors import CoreError
from ledger.core.statement import sign_statement
from ledger.domain.rulebook import VERSION_1
from tests.audit.log import VKEY, Log, audited, found, ticking
from tests.world import World, ready_world

SMALL = ready_world()
PATHS = ["checkpoint", "tile/0/000.p/{}", "tile/entries/000.p/{}"]

json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


def small() -> Log:
    return Log.of(SMALL.log)


def run(log: Log, **options: Any) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        report = audited(log, Path(folder), **options)
    assert report.line().isprintable()
    assert report.as_dict()["result"] == ("ok", "failed", "unknown")[report.exit_code]
    return report


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PATHS), st.binary(max_size=3000))
def test_a_file_of_random_bytes(path: str, data: bytes) -> None:
    log = small()
    name = path.format(len(log.entries))
    if log.files[name] != data:
        log.files[name] = data
        assert run(log).exit_code == 1


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), st.data())
def test_a_piece_of_a_file_replaced(path: str, data: st.DataObject) -> None:
    log = small()
    name = path.format(len(log.entries))
    file = log.files[name]
    start = data.draw(st.integers(0, len(file)))
    stop = data.draw(st.integers(start, min(len(file), start + 200)))
    changed = file[:start] + data.draw(st.binary(max_size=20)) + file[stop:]
    if changed != file:
        log.files[name] = changed
        report = run(log)
        # What is added to a note as a line by an unknown key is no change of the checkpoint.
        assert report.exit_code == 1 or (name == "checkpoint" and report.exit_code == 0)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=4), st.integers(0, len(SMALL.log)))
def test_random_entries_in_a_tree_that_fits(entries: list[bytes], at: int) -> None:
    log = small()
    log.entries[at:at] = entries
    log.seal()
    report = run(log)
    assert report.exit_code == (1 if entries else 0)
    if entries:
        assert report.first is not None
        assert (report.first.step, report.first.position) == ("A4", at)


def signed(world: World, party: str, claims: Mapping[str, Any]) -> bytes | None:
    """A well-formed statement of these claims, as far as there can be one."""
    try:
        return sign_statement(world.signers[party].key, claims).entry
    except CoreError:
        return None


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(VERSION_1)),
    st.sampled_from(["operator", "regulator", "northern", "harbour"]),
    st.data(),
)
def test_signed_nonsense(kind: str, party: str, data: st.DataObject) -> None:
    """Claims of the right names with any values: the rules meet what no door ever let through."""
    names = [field.name for field in VERSION_1[kind].fields]
    drawn = {name: data.draw(json | st.sampled_from(VALUES), label=name) for name in names}
    claims = {
        "iss": f"https://ledger.example/test/authorities/{party}",
        "iat": SMALL.now,
        "jti": "AAAAAAAAAAAAAAAAAAAAAA",
        "type": kind,
        **drawn,
    }
    entry = signed(SMALL, party, claims)
    if entry is not None:
        log = small()
        log.entries.append(entry)
        log.entries.append(log.entries[5])  # what comes after is still looked at
        report = run(log.seal(), vault=[Opened(len(log.entries) - 2, ())])
        assert len(log.entries) - 1 in {one.position for one in found(report, "A5")}


VALUES = [
    "welding",
    "northern",
    "harbour",
    "elementary",
    "2026-01-01",
    "AAAAAAAAAAAAAAAAAAAAAA",
    1,
    [],
    {},
    SMALL.log[3].leaf_id,
    SMALL.signers["northern"].key.public.x,
    SMALL.signers["northern"].key.public.thumbprint,
]


@pytest.mark.parametrize("version", [0, -1, 2**63, "x"])
def test_an_origin_and_a_party_of_odd_names(version: object) -> None:
    """Slashes and dots in ids must not reach into other keys."""
    claims = {
        "iss": "https://ledger.example/test/authorities/../ledger",
        "iat": SMALL.now,
        "jti": "AAAAAAAAAAAAAAAAAAAAAA",
        "type": "rules.adopted",
        "version": version,
    }
    log = small()
    entry = signed(SMALL, "operator", claims)
    assert entry is not None
    log.entries.append(entry)
    report = run(log.seal())
    assert {one.rule for one in report.findings} <= {"P5", "P7", "P10"}
    assert report.exit_code == 1


@pytest.mark.parametrize("path", PATHS)
def test_a_pipe_or_a_device_in_place_of_a_file_holds_nobody_up(path: str, tmp_path: Path) -> None:
    log = small()
    file = log.write(tmp_path) / path.format(len(log.entries))
    file.unlink()
    os.mkfifo(file)
    assert audit(Folder(tmp_path), VKEY, clock=ticking()).exit_code == 2
    file.unlink()
    file.symlink_to("/dev/zero")
    report = audit(Folder(tmp_path), VKEY, clock=ticking())
    assert report.unread == f"{file.relative_to(tmp_path)} is no regular file"
