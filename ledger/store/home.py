"""The home folder: the operator's keys, the configuration, and where the databases lie.

ledger.db    events, leaves, tiles, records, encrypted disclosures, the tree's head
keys.db      students' keys and private facts
views.db     projections
access.db    hashed access tokens
config.json  origin, operator, the log's verifier key; no secrets
operator/    log.key, statement.key, report.key: {"party", "use", "seed"}, mode 0600
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ledger.core.encoding import b64url, b64url_decode
from ledger.core.errors import CoreError
from ledger.core.keys import PrivateKey
from ledger.store.errors import NotFounded, UnsafeHome

FORMAT = "certledger-home/1"
OPERATOR_USES = ("log", "statement", "report")


class Config(NamedTuple):
    """What every process that opens the ledger has to know."""

    origin: str
    operator: str
    vkey: str


class Home:
    """Paths and small files of one home folder."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()
        self.ledger = self.path / "ledger.db"
        self.keys = self.path / "keys.db"
        self.views = self.path / "views.db"
        self.access = self.path / "access.db"
        self._config = self.path / "config.json"
        self._operator = self.path / "operator"

    def make(self) -> None:
        """Make the folders, open to nobody else."""
        for folder in (self.path, self._operator):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder while it is being founded: two founders at once would mix their keys."""
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # given back by the system also after a crash
            yield
        finally:
            os.close(folder)

    def write(self, config: Config, keys: Mapping[str, PrivateKey]) -> None:
        """Write configuration and operator's keys; durable when this returns."""
        for use in OPERATOR_USES:
            key = {"party": config.operator, "use": use, "seed": b64url(keys[use].seed)}
            _write_private(self._operator / f"{use}.key", json.dumps(key))
        _write_private(self._config, json.dumps({"format": FORMAT, **config._asdict()}))

    def config(self) -> Config:
        """The configuration.

        Raises:
            NotFounded: there is none.
            UnsafeHome: it cannot be read.
        """
        try:
            values = json.loads(self._config.read_text("utf-8"))
            if values.pop("format") != FORMAT:
                raise UnsafeHome(f"{self._config} is of another version of this software")
            return Config(**values)
        except FileNotFoundError:
            raise NotFounded(f"there is no ledger in {self.path}") from None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise UnsafeHome(f"{self._config} cannot be read: {error}") from None

    def check_keys(self) -> None:
        """Nobody else may read the students' keys.

        Raises:
            UnsafeHome: others may, or there are none.
        """
        try:
            _refuse_open(self.keys, self.keys.stat())
        except OSError as error:
            raise UnsafeHome(f"{self.keys} cannot be read ({type(error).__name__})") from None

    def operator_key(self, use: str) -> PrivateKey:
        """The operator's private key for ``log``, ``statement`` or ``report``.

        Raises:
            UnsafeHome: the file is missing, damaged, or others may read it.
        """
        path = self._operator / f"{use}.key"
        try:
            with path.open(encoding="utf-8") as file:
                _refuse_open(path, os.fstat(file.fileno()))
                values = json.load(file)
            if values["use"] != use:
                raise UnsafeHome(f"{path} is a key for {values['use']}")
            return PrivateKey.from_seed(b64url_decode(values["seed"]))
        except (OSError, ValueError, TypeError, KeyError, CoreError) as error:
            # The message of a parse error may quote the file; only its kind is told.
            raise UnsafeHome(f"{path} cannot be read ({type(error).__name__})") from None


def _refuse_open(path: Path, found: os.stat_result) -> None:
    if found.st_mode & 0o077:
        raise UnsafeHome(f"{path} is open to other users: chmod 600 {path}")


def _write_private(path: Path, text: str) -> None:
    """Replace a file in one step. A crash leaves the old file or the new one, never a half."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
