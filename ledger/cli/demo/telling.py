"""What to try in the demonstration, for a person."""

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

import click


def tell(told: Mapping[str, Any], url: str) -> None:
    """Print what to try.

    Args:
        told: what `certledger demo --json` answers.
        url: where the ledger is served.
    """
    for line in _lines(told, url):
        click.echo(line)


def _lines(told: Mapping[str, Any], url: str) -> Iterator[str]:
    yield f"{told['statements']} statements in {told['home']}. Everything in it is invented."
    yield f"\nVerify a certificate at {url}/ with a number and a name:\n"
    for one in told["certificates"]:
        yield f"  {one['expected']:<10} {one['number']}  {one['holder_name']}"
        yield f"             {one['about']}"
    yield "\nAn agency that passes nearly everybody, and one like the others:"
    for party in (told["authority"], told["sound_authority"]):
        yield f"  {url}/v1/authorities/{party}/credibility"
    yield "\nA student's archive, for the operator:"
    yield f"  curl -H 'Authorization: Bearer {told['operator_token']}' \\"
    yield f"    {url}/v1/students/{told['student']}/archive"
    program = f"certledger --home {quote(told['home'])}"
    yield "\nHow the ledger is, and whether all of it follows the rules:"
    yield f"  {program} status"
    yield f"  {program} audit"
    yield f"\nTo start over, remove {told['home']}\n"
