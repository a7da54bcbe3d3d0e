"""A published log in a folder: `checkpoint`, `tile/<L>/<N>`, `tile/entries/<N>` (C2SP tlog-tiles).

A partial tile may be gone once the full one exists; it is then read from the full one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

from ledger.audit.sources import Block, Unreadable
from ledger.core.tiles import WIDTH, bundles_of, tile_path
from ledger.core.tree import HASH

MAX_CHECKPOINT = 65_536  # bytes
_MAX_BUNDLE = WIDTH * (2 + 65_535)
_MAX_TILE = WIDTH * HASH


class Folder:
    """A `Source`: what `certledger export` wrote, or a copy of it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def checkpoint(self) -> bytes:
        """See `ledger.audit.sources.Source`."""
        note = self._read("checkpoint", MAX_CHECKPOINT)
        if note is None:
            raise Unreadable(f"{self._path} has no checkpoint")
        return note

    def blocks(self, size: int) -> Iterator[Block]:
        """See `ledger.audit.sources.Source`. A bundle that is missing is `Unreadable`."""
        for level, n, width in bundles_of(size):
            bundle = self._tile(level, n, width, _MAX_BUNDLE)
            if bundle is None:
                raise Unreadable(f"{tile_path(level, n, width)} is missing")
            yield Block(split_bundle(*bundle, width))

    def tile(self, level: int, n: int, width: int) -> bytes | None:
        """See `ledger.audit.sources.Source`."""
        found = self._tile(level, n, width, _MAX_TILE)
        if found is None:
            return None
        hashes, cut = found
        return hashes[: width * HASH] if cut else hashes

    def _tile(self, level: int, n: int, width: int, most: int) -> tuple[bytes, bool] | None:
        """A tile's bytes, and whether they are those of a wider one."""
        data = self._read(tile_path(level, n, width), most)
        if data is None and width < WIDTH:
            data = self._read(tile_path(level, n), most)
            return None if data is None else (data, True)
        return None if data is None else (data, False)

    def _read(self, path: str, most: int) -> bytes | None:
        """A file's bytes, one more than `most` at the most."""
        try:
            with open(self._path / path, "rb", opener=_without_waiting) as file:
                if not S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise Unreadable(f"{path} is no regular file")
                return file.read(most + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreadable(f"{path} cannot be read: {error.strerror}") from error


def _without_waiting(path: str, flags: int) -> int:
    """Open at once: whoever laid out the folder might have put a pipe there that nobody fills."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def split_bundle(data: bytes, cut: bool, width: int) -> list[bytes | None]:
    """The entries of a bundle as far as it can be read.

    Positions that it does not reach have no entry; bytes that follow the last entry are taken for
    part of it, so that they are found. `cut` says that the bundle may be wider than `width`.
    """
    entries: list[bytes | None] = []
    place = 0
    while len(entries) < width and place + 2 <= len(data):
        start = place + 2
        place = start + int.from_bytes(data[place:start], "big")
        if place > len(data):
            break
        entries.append(data[start:place])
    if len(entries) == width and place < len(data) and not cut:
        entries[-1] = (entries[-1] or b"") + data[place:]
    return entries + [None] * (width - len(entries))
