"""Commands on a home folder: founding it, its status, its tokens."""

import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from ledger.cli.keys import read_public, write_public
from ledger.core.note import VerifierKey
from ledger.store.home import Home
from ledger.store.ledger import Ledger
from ledger.store.tokens import Tokens, UnknownToken
from tests.cli.parties import ENVIRONMENT, ORIGIN, PROGRAM, Parties, run, told


def founding(parties: Parties, *names: str) -> list[object]:
    files = [Path(f"{parties.key(name)}.pub") for name in names or ("regulator", "recovery")]
    regulator = [one for file in files for one in ("--regulator", file)]
    return ["--home", parties.home, "init", "--origin", ORIGIN, *regulator]


def test_founding_makes_a_ledger_whose_log_key_is_the_one_told(parties: Parties) -> None:
    told_vkey = parties.found()["vkey"]
    with Ledger.open(parties.home) as ledger:
        assert ledger.head().size == 1
        founded = json.loads(json.dumps(ledger.record("ledger")._asdict()))  # type: ignore[union-attr]
    vkey = VerifierKey.parse(told_vkey)
    assert (vkey.name, vkey.key.x) == (ORIGIN, founded["log_key"])
    assert founded["regulator"] == "regulator"


def test_the_home_is_the_operators_alone_and_no_secret_is_printed(parties: Parties) -> None:
    result = run(*founding(parties))
    for path in [parties.home, *parties.home.rglob("*")]:
        if path.name != "founding.lock":
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    for use in ("log", "statement", "report"):
        seed = json.loads((parties.home / "operator" / f"{use}.key").read_text())["seed"]
        assert seed not in result.output


def test_a_ledger_is_founded_once(parties: Parties) -> None:
    vkey = parties.found()["vkey"]
    result = run(*founding(parties), code=2)
    assert result.stderr.startswith(f"Error: there is a ledger in {parties.home}")
    assert Home(parties.home).config().vkey == vkey
    assert told("--home", parties.home, "audit")["result"] == "ok"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("regulator",), "needs a statement and a recovery key"),
        (("recovery", "recovery"), "needs a statement and a recovery key"),
        (("regulator", "northern"), "needs a statement and a recovery key"),
        (("northern", "recovery"), "different parties"),
        (("regulator", "recovery", "northern"), "needs a statement and a recovery key"),
    ],
)
def test_a_regulator_has_two_keys(parties: Parties, names: tuple[str, ...], words: str) -> None:
    assert words in run(*founding(parties, *names), code=2).stderr
    assert not parties.home.exists()


def test_keys_proven_for_another_origin_found_nothing(parties: Parties) -> None:
    arguments = founding(parties)
    arguments[4] = "ledger.example/other"
    assert "is proven for" in run(*arguments, code=2).stderr
    assert not parties.home.exists()


def test_a_private_key_in_the_place_of_a_public_half_is_refused(parties: Parties) -> None:
    arguments = ["--home", parties.home, "init", "--origin", ORIGIN]
    files = ["--regulator", parties.key("regulator"), "--regulator", parties.key("recovery")]
    assert "a private key, not a public one" in run(*arguments, *files, code=2).stderr


@pytest.mark.parametrize("operator", ["regulator", "The Operator", "x"])
def test_an_operator_that_cannot_be_founds_nothing(parties: Parties, operator: str) -> None:
    result = run(*founding(parties), "--operator", operator, code=2)
    assert "the founding is refused" in result.stderr
    assert not parties.home.exists()


def test_a_public_half_that_was_changed_is_refused(parties: Parties) -> None:
    file = Path(f"{parties.key('recovery')}.pub")
    half = read_public(file)
    write_public(file, type(half)(half.origin, half.party, "statement", half.key, half.proof))
    assert "is not proven" in run(*founding(parties), code=2).stderr


def test_a_founding_that_is_killed_can_be_done_again(parties: Parties) -> None:
    arguments = [str(one) for one in founding(parties)]
    for after in (0.25, 0.35, 0.4, 0.45):
        process = subprocess.Popen(
            [*PROGRAM, *arguments],
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        process.wait()
    # Either one of them was done, or none was; both leave a ledger that is whole.
    again = subprocess.run(
        [*PROGRAM, *arguments], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert again.returncode == 0 or "already-founded" in again.stderr
    assert told("--home", parties.home, "audit")["result"] == "ok"
    assert told("--home", parties.home, "status")["size"] == 1


def test_status_for_programs_and_for_people(founded: Parties) -> None:
    answer = told("--home", founded.home, "status")
    wanted = {"origin", "vkey", "size", "root", "database", "sqlite_version", "projections"}
    assert wanted <= answer.keys()
    assert (answer["origin"], answer["size"]) == (ORIGIN, 1)
    shown = run("--home", founded.home, "status").stdout
    for value in (answer["vkey"], answer["root"], answer["sqlite_version"]):
        assert value in shown


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["audit"],
        ["export", "log"],
        ["tokens", "list"],
        ["tokens", "new", "--scope", "archive:read"],
        ["verify", "q83vEjRWeJCrze8SNFZ4kA"],
        ["serve"],
        ["projections", "status"],
        ["projections", "rebuild"],
    ],
)
def test_where_there_is_no_ledger_each_says_so(tmp_path: Path, command: list[str]) -> None:
    result = run("--home", tmp_path / "none", *command, code=2)
    assert result.stderr == f"Error: there is no ledger in {tmp_path / 'none'} (not-founded)\n"
    assert list(tmp_path.iterdir()) == []


def test_the_home_may_come_from_the_environment(founded: Parties) -> None:
    environment = {**ENVIRONMENT, "CERTLEDGER_HOME": str(founded.home)}
    command = [*PROGRAM, "status", "--json"]
    answer = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert json.loads(answer.stdout)["origin"] == ORIGIN


def test_an_operators_key_that_others_may_read_stops_the_ledger(founded: Parties) -> None:
    (founded.home / "operator" / "log.key").chmod(0o644)
    assert "unsafe-home" in run("--home", founded.home, "status", code=2).stderr


# --- tokens ---------------------------------------------------------------------------------------


def test_a_token_is_shown_once_opens_and_is_revoked(founded: Parties) -> None:
    made = told("--home", founded.home, "tokens", "new", "--scope", "archive:read", "--label", "IT")
    tokens = Tokens(founded.home / "access.db")
    assert tokens.check(made["token"]).scopes == ("archive:read",)
    listed = run("--home", founded.home, "tokens", "list")
    assert made["id"] in listed.stdout
    assert made["token"] not in listed.output
    (entry,) = told("--home", founded.home, "tokens", "list")
    assert (entry["label"], entry["revoked"]) == ("IT", None)
    assert "token" not in entry
    run("--home", founded.home, "tokens", "revoke", made["id"])
    with pytest.raises(UnknownToken):
        tokens.check(made["token"])
    tokens.close()
    assert "unknown-token" in run("--home", founded.home, "tokens", "revoke", "x", code=2).stderr


def test_a_token_ends_after_its_days(founded: Parties) -> None:
    arguments = ("--home", founded.home, "tokens", "new", "--scope", "archive:read")
    made = told(*arguments, "--days", "30")
    assert abs(made["expires"] - made["created"] - 30 * 86_400) <= 1
    secret = run(*arguments).stdout.strip()
    assert secret.startswith("clt_")
    for wrong in (("--days", "0"), ("--scope", "Everything!")):
        run(*arguments, *wrong, code=2)


def test_the_database_keeps_no_token(founded: Parties) -> None:
    made = told("--home", founded.home, "tokens", "new", "--scope", "archive:read")
    content = b"".join(path.read_bytes() for path in founded.home.glob("access.db*"))
    assert made["token"].removeprefix("clt_").encode() not in content
    assert os.stat(founded.home / "access.db").st_mode & 0o077 == 0
