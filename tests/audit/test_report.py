"""What is said at the end."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.audit.findings import LIMIT, STEPS, Finding, Findings
from ledger.audit.report import Report
from ledger.core.tree import TreeHead

DOCS = Path(__file__).parents[2] / "docs"
HEAD = TreeHead("ledger.example", 186_412, bytes(32))


def test_a_clean_audit_in_one_line() -> None:
    report = Report(HEAD, 186_412, 17.2, records=300_000, checked=90_000, erased=7)
    assert report.line() == (
        "OK: ledger.example to checkpoint 186,412, 186,412 statements in 17.2 s, 10,838/s;"
        " 300,000 state records, disclosures of 90,000 checked, 7 erased"
    )
    assert (report.exit_code, report.first) == (0, None)


def test_a_failed_audit_in_one_line() -> None:
    findings = (
        Finding("A5", 1234, "P81", "scoring-closed: the session is held"),
        Finding("A7", 9, None, "the state record key/x is missing"),
        Finding("A3", None, None, "the root"),
    )
    report = Report(HEAD, 2000, 0.5, findings, {"A7": 3})
    assert report.line() == (
        "FAILED at position 1234, step A5, rule P81: scoring-closed: the session is held"
        " (6 findings); 2,000 statements in 0.5 s, 4,000/s"
    )
    assert report.exit_code == 1
    assert report.as_dict()["findings"][0] == {
        "step": "A5",
        "title": STEPS["A5"].title,
        "position": 1234,
        "rule": "P81",
        "what": "scoring-closed: the session is held",
        "stake": STEPS["A5"].stake,
    }


def test_another_log_comes_before_every_position() -> None:
    findings = (Finding("A1", None, None, "another key"), Finding("A4", 0, None, "no statement"))
    line = Report(HEAD, 1, 0, findings).line()
    assert line.startswith("FAILED, step A1: another key (2 findings)")


def test_a_finding_weighs_more_than_what_could_not_be_read() -> None:
    assert Report(None, 0, 0, unread="the disk is on fire").exit_code == 2
    finding = Finding("A4", 3, None, "the signature does not verify")
    assert Report(None, 0, 0, (finding,), unread="the disk is on fire").exit_code == 1


def test_findings_are_bounded_and_the_smallest_positions_stay() -> None:
    findings = Findings()
    assert not findings
    findings.add("A4", None, "nowhere")
    for position in reversed(range(1000)):
        findings.add("A4", position, "wrong")
        findings.add("A4", position, "wrong")  # told twice, kept once
    findings.add("A3", 5, "wrong")
    assert findings
    kept = list(findings)
    assert [one.step for one in kept] == ["A3"] + ["A4"] * LIMIT
    assert [one.position for one in kept[1:]] == list(range(LIMIT))
    assert findings.more["A4"] >= 1001 - LIMIT


def test_a_finding_as_text() -> None:
    assert str(Finding("A5", 3, "P1", "x")) == "A5 at position 3, rule P1: x"
    assert str(Finding("A1", None, None, "x")) == "A1: x"


def test_what_others_wrote_does_not_reach_the_terminal() -> None:
    findings = Findings()
    findings.add("A5", 1, "name \x1b[2J\r\n\u202e" + "x" * 1000)
    (finding,) = findings
    assert finding.what.startswith("name \\u{1b}[2J\\u{d}\\u{a}\\u{202e}xxx")
    assert len(finding.what) < 450


def test_the_page_has_every_step_as_the_code_has_it() -> None:
    page = (DOCS / "audit.md").read_text(encoding="utf-8")
    told = re.findall(r"^## (A\d) (.+)$", page, re.MULTILINE)
    assert [number for number, _ in told] == list(STEPS)
    for step in STEPS.values():
        assert step.title in page
        assert step.stake in page
