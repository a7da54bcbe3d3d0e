"""The keys of the parties that are played, in one folder.

<party>.key          the party's statement key, as `certledger keys new` makes it
<party>.<use>.key    its key for another use
secret               what ids and salts are drawn from (see `chance`)
"""

import os
from collections.abc import Callable
from pathlib import Path

from ledger.cli.errors import Failure
from ledger.cli.keys import PartyKey, new_key, read_key, write_key
from ledger.cli.playing.chance import Chance, kept_secret


class Keyring:
    """Keys by party, drawn and made durable when they are first asked for.

    Args:
        folder: made when the first key is drawn; nobody else may read it.
        origin: of the ledger that the keys are for.
    """

    def __init__(
        self, folder: Path, origin: str, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        self.folder = folder
        self.origin = origin
        self._random = random
        self._keys: dict[tuple[str, str], PartyKey] = {}

    def has(self, party: str, use: str = "statement") -> bool:
        """Whether there is a key file."""
        return self._path(party, use).exists()

    def key(self, party: str, use: str = "statement") -> PartyKey:
        """The key, drawn if there is none yet.

        Raises:
            Failure: the file is no key of this party at this ledger.
        """
        known = self._keys.get((party, use))
        if known is None:
            path = self._path(party, use)
            if not path.exists():
                self._make_folder()
                write_key(path, new_key(self.origin, party, use, self._random))
            known = self._keys[party, use] = self._read(path, party, use)
        return known

    def chance(self) -> Chance:
        """Ids and salts of the statements that these parties sign."""
        self._make_folder()
        return Chance(kept_secret(self.folder / "secret", self._random))

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Failure(f"{self.folder} cannot be made: {error.strerror}") from None

    def _path(self, party: str, use: str) -> Path:
        return self.folder / (f"{party}.key" if use == "statement" else f"{party}.{use}.key")

    def _read(self, path: Path, party: str, use: str) -> PartyKey:
        key = read_key(path)
        if key.origin != self.origin:
            other = "Name another folder with --parties"
            raise Failure(f"{path} is for {key.origin}, the ledger is {self.origin}", other)
        if (key.party, key.use) != (party, use):
            raise Failure(f"{path} is {key.party}'s {key.use} key")
        return key
