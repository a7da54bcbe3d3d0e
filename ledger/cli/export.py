"""`certledger export`: the public log as static files (C2SP tlog-tiles), for any web server.

    checkpoint                   written last: whoever reads it finds everything that it covers
    tile/<L>/<N>[.p/<W>]         hashes
    tile/entries/<N>[.p/<W>]     entries

Each file appears in one step. What an earlier export wrote is left alone, but for partial tiles
whose full tile exists now. A crash leaves files that no checkpoint covers, which harms nobody: the
next run looks at each of them.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.errors import Failure
from ledger.cli.files import write_whole
from ledger.cli.options import as_json, pass_home, progress, show
from ledger.cli.receipts import read_vkey
from ledger.core.checkpoint import open_checkpoint
from ledger.core.encoding import b64
from ledger.core.errors import CoreError
from ledger.core.note import VerifierKey
from ledger.core.tiles import (
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tile,
    bundles_of,
    encode_bundle,
    tile_path,
    tiles_of,
)
from ledger.core.tree import EMPTY_ROOT, TreeHead

if TYPE_CHECKING:
    from ledger.store.ledger import Ledger


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@as_json
@pass_home
def export(home: Path, folder: Path, as_json: bool) -> None:
    """Write the public log to DIR as static files that any web server or CDN can serve.

    Run it again to bring DIR up to date: only what is new is written, the checkpoint last. Nothing
    personal is in these files. Refuses a folder that holds another log, or a longer one.
    """
    from ledger.store.ledger import Ledger

    with Ledger.open(home) as ledger:
        vkey = ledger.config.vkey
        head, written = export_log(ledger, read_vkey(vkey), folder)
    told = {"origin": head.origin, "size": head.size, "root": b64(head.root), "written": written}
    if as_json:
        show({**told, "vkey": vkey, "folder": str(folder)})
    else:
        click.echo(
            f"{folder}: {head.origin} to checkpoint {head.size:,}, {written:,} files written"
        )


def export_log(ledger: "Ledger", vkey: VerifierKey, folder: Path) -> tuple[TreeHead, int]:
    """Bring a folder up to the ledger's latest checkpoint.

    Returns:
        The tree head that it covers now, and how many files were written.

    Raises:
        Failure: the folder holds another log, a fork of this one, or a longer one.
    """
    with ledger.reading() as view:
        head, checkpoint = view.head(), view.checkpoint()
    before = _covered(folder, vkey)
    _check_beginning(ledger, before, head, folder)
    tiles = [*bundles_of(head.size), *tiles_of(head.size)]
    written = 0
    with progress("Exporting", len(tiles)) as advance:
        for tile in tiles:
            written += _write_tile(ledger, folder, tile, before.size)
            advance(1)
    if before.size != head.size:
        write_whole(folder / "checkpoint", checkpoint.encode())
        written += 1
    _prune(folder, tiles)
    return head, written


def _covered(folder: Path, vkey: VerifierKey) -> TreeHead:
    """The tree head of what an earlier export wrote."""
    try:
        note = (folder / "checkpoint").read_bytes().decode()
        return open_checkpoint(note, vkey)
    except FileNotFoundError:
        return TreeHead(vkey.name, 0, EMPTY_ROOT)
    except (CoreError, UnicodeDecodeError) as error:
        choose = "Choose another folder"
        raise Failure(f"{folder} holds another log than {vkey.name}: {error}", choose) from None
    except OSError as error:
        raise Failure(f"{folder} cannot be read: {error.strerror}") from None


def _check_beginning(ledger: "Ledger", before: TreeHead, head: TreeHead, folder: Path) -> None:
    """What the folder holds has to be a beginning of this log."""
    if before.size > head.size:
        what = f"{folder} reaches to {before.size}, this ledger only to {head.size}"
        raise Failure(what, "This ledger is an older copy, or entries were lost: do not publish it")
    if before.size == 0:
        return
    known = open_checkpoint(ledger.checkpoint_at(before.size), read_vkey(ledger.config.vkey))
    if known.root != before.root:
        what = f"{folder} holds another history up to {before.size} than this ledger"
        raise Failure(what, "One of them was rewritten: do not publish it, run `certledger audit`")


def _write_tile(ledger: "Ledger", folder: Path, tile: Tile, covered: int) -> bool:
    """Write one tile; returns whether that was needed."""
    path = folder / tile_path(*tile)
    if path.exists() and _end(tile) <= covered:
        return False
    data = _content(ledger, tile)
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
    return True


def _content(ledger: "Ledger", tile: Tile) -> bytes:
    level, n, width = tile
    if level == ENTRIES:
        return encode_bundle(ledger.entries(n * WIDTH, n * WIDTH + width))
    return ledger.tile(level, n, width)


def _end(tile: Tile) -> int:
    """The position after the last entry below a tile."""
    return (tile.n * WIDTH + tile.width) << HEIGHT * max(tile.level, 0)


def _prune(folder: Path, tiles: list[Tile]) -> None:
    """Remove partial tiles whose full tile is covered by the checkpoint now."""
    for tile in tiles:
        partials = folder / f"{tile_path(*tile)}.p"
        if tile.width == WIDTH and partials.is_dir():
            shutil.rmtree(partials)
