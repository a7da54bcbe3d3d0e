"""Key files of a party. The private file never leaves the party's machine.

    private  {"format": "certledger-key/1", "origin", "party", "use", "kid", "seed"}           0600
    public   {"format": "certledger-public-key/1", "origin", "party", "use", "key", "kid", "proof"}

`seed` and `key` are 32 bytes in base64url, `kid` is the key's RFC 7638 thumbprint, `use` is one of
log, statement, report and recovery. `proof` shows that the party holds the private half; it is
bound to origin, party and use, and goes as it is into `key.registered` or the founding statement.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.cli.errors import Failure
from ledger.cli.files import write_whole
from ledger.core.encoding import b64url, b64url_decode
from ledger.core.errors import CoreError
from ledger.core.keys import PrivateKey, PublicKey
from ledger.core.possession import USES, check_possession, sign_possession

FORMAT = "certledger-key/1"
PUBLIC_FORMAT = "certledger-public-key/1"


@dataclass(frozen=True, slots=True)
class PublicHalf:
    """A public key with the proof that its party holds the private one."""

    origin: str
    party: str
    use: str
    key: PublicKey
    proof: str

    def claims(self) -> dict[str, str]:
        """`key` and `proof` as statements carry them."""
        return {"key": self.key.x, "proof": self.proof}

    def to_json(self) -> dict[str, str]:
        """The content of a public key file."""
        return {
            "format": PUBLIC_FORMAT,
            "origin": self.origin,
            "party": self.party,
            "use": self.use,
            "key": self.key.x,
            "kid": self.key.thumbprint,
            "proof": self.proof,
        }


@dataclass(frozen=True, slots=True)
class PartyKey:
    """A party's private key, and what it is for."""

    origin: str
    party: str
    use: str
    key: PrivateKey

    def public(self) -> PublicHalf:
        """The public half, freshly proven."""
        proof = sign_possession(self.key, self.origin, self.party, self.use)
        return PublicHalf(self.origin, self.party, self.use, self.key.public, proof)


def new_key(
    origin: str, party: str, use: str = "statement", random: Callable[[int], bytes] = os.urandom
) -> PartyKey:
    """Draw a key."""
    if use not in USES:
        raise Failure(f"{use!r} is no use of a key", f"Use one of {', '.join(sorted(USES))}")
    return PartyKey(origin, party, use, PrivateKey.from_seed(random(32)))


def write_key(path: Path, key: PartyKey) -> None:
    """Write a private key file, mode 0600; never over another file."""
    content = {
        "format": FORMAT,
        "origin": key.origin,
        "party": key.party,
        "use": key.use,
        "kid": key.key.public.thumbprint,
        "seed": b64url(key.key.seed),
    }
    write_whole(path, _encode(content), mode=0o600, replace=False)


def write_public(path: Path, half: PublicHalf) -> None:
    """Write a public key file."""
    write_whole(path, _encode(half.to_json()))


def read_key(path: Path) -> PartyKey:
    """Read a private key file.

    Raises:
        Failure: it is missing, open to other users, or no private key file.
    """
    values = _read(path, FORMAT, private=True)
    try:
        key = PrivateKey.from_seed(b64url_decode(values["seed"]))
        if key.public.thumbprint != values["kid"] or values["use"] not in USES:
            raise Failure(f"{path} contradicts itself: kid or use is not the seed's")
        return PartyKey(values["origin"], values["party"], values["use"], key)
    except (KeyError, CoreError) as error:
        raise Failure(f"{path} is no private key file ({type(error).__name__})") from None


def read_public(path: Path) -> PublicHalf:
    """Read a public key file and check its proof.

    Raises:
        Failure: it is missing, no public key file, or its proof does not hold.
    """
    values = _read(path, PUBLIC_FORMAT, private=False)
    try:
        key = PublicKey.from_x(values["key"])
        origin, party, use = values["origin"], values["party"], values["use"]
        check_possession(values["proof"], key, origin, party, use)
        if key.thumbprint != values["kid"]:
            raise Failure(f"{path} contradicts itself: kid is not the key's")
        return PublicHalf(origin, party, use, key, values["proof"])
    except KeyError as error:
        raise Failure(f"{path} is no public key file ({type(error).__name__})") from None
    except CoreError as error:
        raise Failure(f"{path} is not proven: {error.detail}") from None


def format_of(path: Path) -> str | None:
    """The format that a key file names, `None` where it names none."""
    return _load(path, private=False).get("format")


def _read(path: Path, expected: str, *, private: bool) -> dict[str, str]:
    """The members of a key file of that format."""
    values = _load(path, private=private)
    found = values.get("format")
    if found == expected:
        return values
    halves = {FORMAT: "a private key, not a public one", PUBLIC_FORMAT: "only the public half"}
    raise Failure(f"{path} is {halves.get(found or '', 'no key file of this software')}")


def _load(path: Path, *, private: bool) -> dict[str, str]:
    """The object in a file. No message quotes it: it may hold a seed."""
    try:
        with path.open("rb") as file:
            values = json.loads(file.read(65_536))
            mode = os.fstat(file.fileno()).st_mode
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise Failure(f"{path} is no key file: not JSON") from None
    if type(values) is not dict or not all(type(one) is str for one in values.values()):
        raise Failure(f"{path} is no key file: not an object of texts")
    if private and values.get("format") == FORMAT and mode & 0o077:
        raise Failure(f"{path} is open to other users", f"Close it: chmod 600 {path}")
    return values


def _encode(values: Mapping[str, str]) -> bytes:
    return json.dumps(values, indent=2, ensure_ascii=False).encode() + b"\n"
