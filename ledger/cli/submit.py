"""`certledger submit`: send signed statements, each exactly once, whatever happens meanwhile."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from ledger.cli.client import LedgerClient, words
from ledger.cli.drafts import read_statements
from ledger.cli.errors import NO, Failure
from ledger.cli.jobs import Job, Jobs
from ledger.cli.options import as_json, file_argument, folder_argument, progress, url_option
from ledger.cli.outbox import Answer
from ledger.cli.receipts import check_receipt, read_vkey
from ledger.cli.sign import read_input
from ledger.core.note import VerifierKey


@click.command()
@click.argument("files", nargs=-1, type=file_argument)
@url_option
@click.option(
    "--outbox",
    type=folder_argument,
    default=Path("outbox"),
    envvar="CERTLEDGER_OUTBOX",
    show_envvar=True,
    show_default="./outbox",
    help="Folder that remembers what was sent and answered.",
)
@click.option("--resume", is_flag=True, help="Finish the job in the outbox that was cut off.")
@click.option("--vkey", metavar="VKEY", help="The log's verifier key: check each receipt's proof.")
@as_json
@click.pass_context
def submit(
    ctx: click.Context,
    files: Sequence[Path],
    url: str | None,
    outbox: Path,
    resume: bool,
    vkey: str | None,
    as_json: bool,
) -> None:
    """Send the signed statements in FILES, one a line, or - for standard input.

    They are kept in the outbox before anything is sent, and so is each answer. If this is cut off,
    run it again with the same files, or with --resume: the same bytes are sent, and the ledger
    answers with the first receipt. Nothing is said twice.

    Prints a receipt for each statement, in order. Exits with 1 if the ledger refused any; each
    refusal is told with its line.
    """
    if bool(files) == resume:
        raise click.UsageError("Give FILES, or --resume without any.")
    if url is None:
        raise click.UsageError("Missing option '--url' (or CERTLEDGER_URL).")
    pinned = None if vkey is None else read_vkey(vkey)
    client = LedgerClient(url)
    with Jobs(outbox) as jobs:
        places = read_all(files)
        job = jobs.unfinished() if resume else jobs.of([wire for _, wire in places])
        if job is None:
            raise Failure(f"nothing in the outbox {outbox} waits to be sent")
        answers = send(job, client, pinned)
    names = [where for where, _ in places] or [f"statement {n + 1}" for n in range(len(answers))]
    refused = _tell(answers, names, as_json)
    ctx.exit(NO if refused else 0)


def read_all(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Every statement of the files with its place. Raises `Failure` where one is none."""
    return [
        (where, statement.wire())
        for file in files
        for where, statement in read_statements(read_input(file), str(file))
    ]


def send(job: Job, client: LedgerClient, vkey: VerifierKey | None) -> list[Answer]:
    """Send what was not answered yet; returns all answers in order."""
    answers: list[Answer] = []
    chunks = [job.chunk(k) for k in range(job.count)]
    with progress("Sending", sum(map(len, chunks))) as done:
        for k, chunk in enumerate(chunks):
            known = job.done(k)
            # What was refused is asked again: the fact in the way may have come meanwhile.
            if known is None or not all("receipt" in answer for answer in known):
                known = client.submit(chunk)
                for answer, wire in zip(known, chunk, strict=True):
                    if "receipt" in answer:
                        check_receipt(answer["receipt"], wire, vkey)
                # A crash before this line: the chunk is sent again, and answered the same.
                job.outbox.finish(k, known)
            answers += known
            done(len(chunk))
    return answers


def _tell(answers: Sequence[Answer], names: Sequence[str], as_json: bool) -> int:
    """Print every answer; returns how many are refusals."""
    refused = 0
    for answer, name in zip(answers, names, strict=True):
        receipt = answer.get("receipt")
        if as_json:
            click.echo(json.dumps(answer, ensure_ascii=False))
        elif receipt is not None:
            click.echo(f"{receipt['position']}  {receipt['leaf']}")
        if receipt is None:
            refused += 1
            click.echo(f"{name}: {words(answer['problem'])}", err=True)
    admitted = len(answers) - refused
    click.echo(f"{admitted} admitted, {refused} refused", err=True)
    return refused
