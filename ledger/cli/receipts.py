"""Receipts: what a party keeps. With the log's pinned key one is proof that needs no ledger.

{"receipt": {"position", "leaf", "size", "checkpoint", "index", "hashes", …}}
"""

from collections.abc import Mapping
from typing import Any

from ledger.cli.errors import Failure
from ledger.core.checkpoint import open_checkpoint
from ledger.core.encoding import b64url, b64url_decode
from ledger.core.errors import CoreError
from ledger.core.note import VerifierKey
from ledger.core.statement import parse_wire
from ledger.core.tree import InclusionProof
from ledger.core.verifier import verify_inclusion


def read_vkey(text: str) -> VerifierKey:
    """The verifier key that somebody typed.

    Raises:
        Failure: it is none.
    """
    try:
        return VerifierKey.parse(text)
    except CoreError as error:
        raise Failure(f"{text!r} is no verifier key: {error.detail}") from None


def check_receipt(receipt: Mapping[str, Any], wire: bytes, vkey: VerifierKey | None) -> None:
    """Check that a receipt is for this statement, and, with a pinned key, that it proves it.

    Raises:
        Failure: it does not. What the ledger answers is then not to be relied upon.
    """
    leaf = parse_wire(wire).leaf
    place = receipt.get("position")
    if receipt.get("leaf") != b64url(leaf) or type(place) is not int:
        raise Failure("the ledger gave a receipt for another statement", "Do not rely on it")
    if vkey is None:
        return
    try:
        head = open_checkpoint(receipt["checkpoint"], vkey)
        hashes = tuple(b64url_decode(one) for one in receipt["hashes"])
        verify_inclusion(leaf, InclusionProof(place, head.size, hashes), head)
    except (KeyError, TypeError) as error:
        raise Failure(f"the receipt of position {place} lacks {error}") from None
    except CoreError as error:
        what = f"the receipt of position {place} proves nothing: {error.detail}"
        raise Failure(what, "Do not rely on this ledger") from None
