"""Checkpoints (C2SP tlog-checkpoint): a tree head as a signed note.

    <origin>
    <size in decimal>
    <root in base64>

The key that signs it is named after the origin. No extension lines.
"""

import re

from ledger.core.encoding import b64, b64_decode
from ledger.core.errors import InvalidNote, MalformedStatement
from ledger.core.note import NoteSigner, VerifierKey, open_note, sign_note
from ledger.core.tree import EMPTY_ROOT, HASH, MAX_SIZE, TreeHead

_TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n")


def sign_checkpoint(head: TreeHead, signer: NoteSigner) -> str:
    """Return the signed note of a tree head; the signer's name must be its origin."""
    if signer.name != head.origin:
        raise InvalidNote("wrong-origin", f"{signer.name} cannot sign for {head.origin}")
    return sign_note(checkpoint_text(head), [signer])


def open_checkpoint(note: str, vkey: VerifierKey) -> TreeHead:
    """Return the tree head of a note by this key, whose name is the origin.

    Raises `InvalidNote`.
    """
    head = parse_checkpoint_text(open_note(note, [vkey]).text)
    if head.origin != vkey.name:
        raise InvalidNote("wrong-origin", f"a checkpoint of {head.origin}, a key of {vkey.name}")
    return head


def checkpoint_text(head: TreeHead) -> str:
    """Return the text that is signed for a tree head."""
    return f"{head.origin}\n{head.size}\n{b64(head.root)}\n"


def parse_checkpoint_text(text: str) -> TreeHead:
    """Return the tree head that a note's text states, else raise `InvalidNote`."""
    match = _TEXT.fullmatch(text)
    if not match or int(match[2]) > MAX_SIZE:
        raise InvalidNote("malformed-checkpoint", "not origin, size and root, one a line")
    try:
        root = b64_decode(match[3])
    except MalformedStatement as error:
        raise InvalidNote("malformed-checkpoint", error.detail) from None
    size = int(match[2])
    if len(root) != HASH or (size == 0 and root != EMPTY_ROOT):
        raise InvalidNote("malformed-checkpoint", "this cannot be the root")
    return TreeHead(match[1], size, root)
