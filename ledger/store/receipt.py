"""What a party gets for an admitted statement."""

from __future__ import annotations

from typing import NamedTuple


class Receipt(NamedTuple):
    """An admitted statement's place in the log. Its proof is derived (``Ledger.receipt_proof``).

    Attributes:
        position: index of the entry.
        leaf: RFC 6962 leaf hash of the entry, 32 bytes.
        size: of the checkpoint that the receipt cites, the first that covers the entry.
        repeated: whether these bytes had been admitted before.
    """

    position: int
    leaf: bytes
    size: int
    repeated: bool
