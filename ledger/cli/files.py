"""Files that are there whole or not at all, also after a power cut.

Write a temporary file, fsync it, give it its name in one step, fsync the folder: a crash before the
renaming leaves a hidden temporary file, which nothing reads; a crash after it leaves the new file.
"""

import os
from pathlib import Path

from ledger.cli.errors import Failure


def write_whole(path: Path, data: bytes, *, mode: int = 0o644, replace: bool = True) -> None:
    """Write a file in one step; it is durable when this returns.

    Raises:
        Failure: it is there already and must not be replaced, or the system refuses.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new.unlink(missing_ok=True)
        _write_new(new, data, mode)
        if replace:
            new.replace(path)
        else:
            os.link(new, path)  # unlike a rename this never replaces what is there
            new.unlink()
        fsync_folder(path.parent)
    except FileExistsError:
        new.unlink(missing_ok=True)
        raise Failure(f"{path} is there already", "Choose another name or move it away") from None
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}") from None


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_new(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
