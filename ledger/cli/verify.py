"""`certledger verify`: a verdict on a certificate, from a ledger's folder or over HTTP."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from ledger.cli.errors import NO, Failure
from ledger.cli.options import as_json, pass_home, show, url_option
from ledger.domain.dates import civil_date
from ledger.domain.kinds import DATE, NUMBER, RANDOM_ID, BadValue, Kind

MAX_FILE = 1_000_000  # bytes; a certificate is far smaller
SURE = "valid"
_MARKS = {"proven": "+", "stated": "+", "failed": "!", "could_not_be_checked": "?"}


class Asked(NamedTuple):
    """What is to be verified: one of these, and the civil date that is asked about."""

    file: str | None = None  # content
    certificate: str | None = None  # id
    number: str | None = None
    name: str | None = None
    at: str | None = None


@click.command()
@click.argument("what", metavar="FILE|ID")
@click.option("--name", help="Name of the holder, where ID is a certificate's number.")
@click.option("--at", metavar="DATE", help="What held on that day (YYYY-MM-DD), as known now.")
@url_option
@as_json
@pass_home
@click.pass_context
def verify(
    ctx: click.Context,
    home: Path,
    what: str,
    name: str | None,
    at: str | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Say whether a certificate is genuine and holds.

    FILE is the certificate as its holder has it (SD-JWT). ID is its id, or its number together with
    --name. Asks the ledger at --url, or else the one in the home folder.

    Exits with 0 where it is valid, 1 for every other word, 2 where nobody could tell.
    """
    asked = question(what, name, at)
    verdict = ask_ledger(url, asked) if url else ask_home(home, asked)
    if as_json:
        show(verdict)
    else:
        _tell(verdict)
    ctx.exit(0 if verdict["verdict"] == SURE else NO)


def question(what: str, name: str | None, at: str | None) -> Asked:
    """What the arguments mean.

    Raises:
        Failure: they mean nothing.
    """
    if at is not None and not _is(DATE, at):
        raise Failure(f"--at {at!r} is no date", "Write it as YYYY-MM-DD")
    if at is not None and at > civil_date(int(time.time())):
        raise Failure(f"--at {at} is still to come", "Ask about a day up to today")
    path = Path(what)
    if path.is_file():
        return Asked(file=_content(path), at=at)
    if name is not None:
        return Asked(number=what, name=name, at=at)
    if _is(RANDOM_ID, what):
        return Asked(certificate=what, at=at)
    if _is(NUMBER, what):
        raise Failure(f"{what} is no file", "If it is a certificate's number, give --name too")
    raise Failure(f"{what!r} is no file and no certificate's id")


def ask_home(home: Path, asked: Asked) -> dict[str, Any]:
    """The verdict of the ledger in a folder, as the HTTP answer has it.

    Raises:
        Failure: what was given is no certificate, or what is stored contradicts itself.
        StoreError: there is no ledger.
    """
    from api.source import source_of
    from api.verifications import number_key, verdict_body
    from ledger.domain.presented import NotACertificate, Typed, read_file
    from ledger.domain.verdict import CouldNotTell
    from ledger.domain.verifying import verify as judge
    from ledger.store.ledger import Ledger

    with Ledger.open(home) as ledger, source_of(ledger, []) as source:
        try:
            if asked.number is not None:
                presented: Any = Typed(number_key(asked.number), asked.name or "")
            elif asked.certificate is not None:
                entry = _entry(source, asked.certificate)
                if entry is None:
                    return _unknown()
                presented = read_file(entry, ledger.config.origin)
            else:
                presented = read_file(asked.file or "", ledger.config.origin)
            verdict = judge(presented, source, now=int(time.time()), at=asked.at)
        except NotACertificate as error:
            raise Failure(error.detail) from None
        except CouldNotTell as error:
            audit = "Run `certledger audit` to find out what was changed"
            raise Failure(f"could not tell: {error.detail}", audit) from None
        return verdict_body(verdict, source.checkpoint())


def ask_ledger(url: str, asked: Asked) -> dict[str, Any]:
    """The verdict of the ledger at a URL.

    Raises:
        Failure: it cannot be reached, or gives no verdict.
    """
    from ledger.cli.client import LedgerClient

    client = LedgerClient(url, attempts=3)
    if asked.certificate is not None:
        return _stated(client, asked)
    fields = {
        "credential": asked.file,
        "number": asked.number,
        "holder_name": asked.name,
        "at": asked.at,
    }
    return client.verify({name: value for name, value in fields.items() if value is not None})


def _stated(client: Any, asked: Asked) -> dict[str, Any]:
    """By id alone a ledger states public facts, and nothing is checked."""
    from ledger.cli.client import Declined

    if asked.at is not None:
        raise Failure("--at needs the certificate's file, or its number and --name")
    try:
        facts = client.get(f"/v1/certificates/{asked.certificate}")
    except Declined as declined:
        if declined.status != 404:
            raise
        return _unknown()
    word = {"issued": SURE}.get(facts["status"], facts["status"])
    sentence = f"The ledger states that certificate {facts['number']} is {word}."
    return {"verdict": word, "sentence": sentence, "checks": [], "certificate": facts}


def _unknown() -> dict[str, Any]:
    sentence = "The ledger has no certificate with this id."
    return {"verdict": "unknown", "sentence": sentence, "checks": []}


def _entry(source: Any, ident: str) -> str | None:
    """The certificate's entry: what its holder has, but for what is disclosed."""
    from ledger.domain.records import Certificate, key_of

    record = source.record(key_of(Certificate, ident))
    if not isinstance(record, Certificate):
        return None
    return str(source.entry(record.position).decode("ascii", "replace") + "~")


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE).decode("ascii", "replace").strip()
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from None


def _is(kind: Kind, value: str) -> bool:
    try:
        kind.check(value, "")
    except BadValue:
        return False
    return True


def _tell(verdict: Mapping[str, Any]) -> None:
    click.echo(f"{str(verdict['verdict']).upper()}: {verdict['sentence']}")
    for check in verdict["checks"]:
        mark = _MARKS.get(check["result"], "?")
        click.echo(f"  {mark} {check['id']:<10} {check['explanation']} [{check['result']}]")
