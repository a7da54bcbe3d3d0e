"""From drafts to a certificate and past its revocation, each step a command."""

import json
from collections.abc import Callable
from pathlib import Path

from ledger.core.statement import Statement, parse_wire
from ledger.store.home import Home
from tests.cli.parties import (
    Parties,
    accreditation_draft,
    receipts,
    result_drafts,
    run,
    school_drafts,
    session_drafts,
    standard_draft,
    today,
    told,
)

Say = Callable[..., list[Statement]]


def issue(parties: Parties, say: Say) -> Statement:
    """Everything up to a certificate, which is returned."""
    say("regulator", "registered", parties.registered())
    (standard,) = say("northern", "standard", [standard_draft()])
    approval = {"type": "approved", "statement": standard.leaf_id}
    say("regulator", "accredited", [approval, accreditation_draft()])
    planned, _ = say("northern", "planned", session_drafts())
    session = planned.claims["session"]
    _, registered = say("harbour", "school", school_drafts(session))
    drafts = result_drafts(session, registered.claims["registration"])
    repeat = ("--repeat", parties.folder / "school.jsonl")
    *_, certificate = say("northern", "results", drafts, *repeat)
    return certificate


def test_sign_submit_verify_revoke_verify(founded: Parties, url: str) -> None:
    vkey = Home(founded.home).config().vkey

    def submit(file: Path) -> list:
        outbox = founded.folder / "outbox"
        options = ("--url", url, "--outbox", outbox, "--vkey", vkey, "--json")
        return receipts(run("submit", file, *options))

    def say(party: str, name: str, drafts: list, *options: object) -> list:
        signed = founded.sign(party, name, drafts, *options)
        submit(signed)
        return [parse_wire(line) for line in signed.read_bytes().splitlines()]

    certificate = issue(founded, say)
    file = founded.folder / "certificate.sd-jwt"
    file.write_bytes(certificate.wire())
    home, ident = founded.home, certificate.claims["certificate"]
    ways = [
        (file, "--url", url),
        (ident, "--url", url),
        ("NS-2026-1", "--name", "Wei Example", "--url", url),
    ]
    for way in ways:
        assert told("verify", *way)["verdict"] == "valid"
    for way in ([file], [ident], ["ns-2026-1", "--name", "Wei Example"], [file, "--at", today()]):
        assert told("--home", home, "verify", *way)["verdict"] == "valid"
    assert run("--home", home, "verify", file).stdout.startswith("VALID: ")
    stranger = ("verify", "NS-2026-1", "--name", "Somebody Else")
    assert told("--home", home, *stranger, code=1)["verdict"] == "unknown"
    assert told(*stranger, "--url", url, code=1)["verdict"] == "unknown"

    revocation = {
        "type": "certificate.revoked",
        "certificate": ident,
        "code": "issued_in_error",
        "revoked_on": today(),
        "found_by": "agency",
        "fault": "agency",
    }
    say("northern", "revoked", [revocation])
    for way in ways:
        assert told("verify", *way, code=1)["verdict"] == "revoked"
    assert told("--home", home, "verify", file, code=1)["verdict"] == "revoked"

    report = told("--home", home, "audit")
    assert report["result"] == "ok"
    assert report["disclosures_checked"] >= 6
    log = founded.folder / "log"
    assert told("--home", home, "export", log)["size"] == report["size"]
    assert told("audit", log, "--vkey", vkey, "--since", log / "checkpoint")["result"] == "ok"
    assert "Wei Example" not in b"".join(
        one.read_bytes() for one in log.rglob("*") if one.is_file()
    ).decode("latin-1")
    assert json.loads(run("--home", home, "status", "--json").stdout)["size"] == report["size"]
