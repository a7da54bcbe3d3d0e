"""What a decided batch looks like in the database: tree, streams and ciphertext. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from ledger.core.checkpoint import sign_checkpoint
from ledger.core.errors import CoreError
from ledger.core.note import NoteSigner
from ledger.core.tiles import grow_tiles
from ledger.core.tree import Frontier, TreeHead
from ledger.store.batch import Admitted
from ledger.store.errors import Contradiction
from ledger.store.events import stored
from ledger.store.seam import Ciphertext, Head, LeafRow, Reading, Stream, Tile
from ledger.store.vault import NONCE, encrypt, own_key

EMPTY = Head(0, b"", Frontier().to_bytes(), "")


def grow_tree(
    rows: Reading, head: Head, leaves: Sequence[bytes], signer: NoteSigner
) -> tuple[Head, list[Tile]]:
    """The head after these leaf hashes, signed, and the tiles that changed.

    Raises:
        Contradiction: what is stored of the tree's edge does not add up to the stored root.
    """
    try:
        frontier = Frontier.from_bytes(head.frontier)
        if frontier.size != head.size or (head.size and frontier.root() != head.root):
            raise Contradiction("the tree's edge does not lead to its root")
        tiles = [
            Tile(tile.level, tile.n, hashes)
            for tile, hashes in grow_tiles(
                lambda level, n, _: rows.tile(level, n) or b"", head.size, leaves
            )
        ]
    except CoreError as error:
        raise Contradiction(f"the tree's edge cannot be read: {error.detail}") from error
    for leaf in leaves:
        frontier.append(leaf)
    root = frontier.root()
    note = sign_checkpoint(TreeHead(signer.name, frontier.size, root), signer)
    return Head(frontier.size, root, frontier.to_bytes(), note), tiles


def leaf_rows(admitted: Sequence[Admitted], size: int) -> list[LeafRow]:
    """The log's rows; the recorder puts in which event holds each entry."""
    return [LeafRow(at, one.leaf, 0, size, made.effect) for at, one, made in admitted]


def into_streams(
    rows: Reading,
    admitted: Sequence[Admitted],
    milliseconds: int,
    random: Callable[[int], bytes],
) -> tuple[list[StoredEvent], list[Stream]]:
    """Each statement as one event of one stream, and the streams as they are afterwards.

    A new stream gets a UUIDv7, so that the index of events grows at its right edge.
    """
    streams: dict[str, Stream] = {}
    known = rows.streams([one.admission.stream for one in admitted])
    events = []
    for _, statement, admission in admitted:
        name = admission.stream
        stream = streams.get(name) or known.get(name)
        if stream is None:
            stream = Stream(name, uuid7(milliseconds, len(streams), random(8)), 0)
        streams[name] = stream = stream._replace(version=stream.version + 1)
        events.append(stored(stream.originator_id, stream.version, statement.entry))
    return events, list(streams.values())


def uuid7(milliseconds: int, counter: int, random: bytes) -> UUID:
    """A time-ordered UUID (RFC 9562, 5.7; the counter of method 1 in the 12 bits of rand_a).

    Args:
        milliseconds: since 1970.
        counter: orders those of one batch.
        random: 8 bytes.
    """
    low = int.from_bytes(random, "big") & ((1 << 62) - 1)
    high = milliseconds << 16 | 0x7000 | counter & 0xFFF
    return UUID(int=high << 64 | 0b10 << 62 | low)


def subject_of(one: Admitted) -> str | None:
    """Whose key encrypts the disclosures: a student's, or one of the statement's own."""
    if not one.statement.disclosures:
        return None
    return one.admission.subject or own_key(one.statement)


def encrypt_all(
    admitted: Sequence[Admitted], keys: Mapping[str, bytes], random: Callable[[int], bytes]
) -> list[Ciphertext]:
    """The disclosures of a batch as they are kept."""
    sealed = []
    for one in admitted:
        subject = subject_of(one)
        if subject is not None:
            opened, leaf = one.statement.disclosures or (), one.statement.leaf
            text = encrypt(keys[subject], opened, leaf, random(NONCE))
            sealed.append(Ciphertext(one.position, text))
    return sealed
