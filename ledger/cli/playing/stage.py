"""The ledger that the played parties speak to, and the keys they speak with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.cli.client import LedgerClient
from ledger.cli.errors import Failure
from ledger.cli.init import OPERATOR_USES, REGULATOR_USES, found
from ledger.cli.keys import PartyKey, new_key
from ledger.cli.playing.keyring import Keyring
from ledger.domain.records import LEDGER, Key, LedgerInfo, key_of

OPERATOR = "operator"
REGULATOR = "regulator"


@dataclass(frozen=True)
class Stage:
    """A founded ledger whose regulator and operator are played here.

    Attributes:
        operator: id of the operator; its statement key lies in the home folder or among the others.
        regulator: id of the regulator, whose key is in the keyring.
    """

    keyring: Keyring
    operator: str
    regulator: str
    operator_key: PartyKey

    @property
    def origin(self) -> str:
        """The ledger's origin."""
        return self.keyring.origin

    def key(self, party: str) -> PartyKey:
        """The statement key of a party."""
        return self.operator_key if party == self.operator else self.keyring.key(party)

    def proof(self, party: str) -> dict[str, str]:
        """Key and proof of possession, as `key.registered` states them."""
        return self.key(party).public().claims()


def local_stage(home: Path, parties: Path, origin: str, names: Mapping[str, str]) -> Stage:
    """The ledger of a home folder; founded here if it is not.

    Args:
        origin: for the founding; of a founded ledger it is its own.
        names: of operator and regulator, by id, for the founding.

    Raises:
        Failure: it was founded with a regulator whose key is not here.
        StoreError: the home folder cannot be used.
    """
    from ledger.store.errors import NotFounded
    from ledger.store.ledger import Ledger

    try:
        ledger = Ledger.open(home)
    except NotFounded:
        _found(home, Keyring(parties, origin), names)
        ledger = Ledger.open(home)
    with ledger:
        info = ledger.record(LEDGER)
        assert isinstance(info, LedgerInfo), "an open ledger is founded"
        keyring = Keyring(parties, info.origin)
        _need(keyring, info.regulator)
        thumbprint = keyring.key(info.regulator).key.public.thumbprint
        known = ledger.record(key_of(Key, thumbprint))
        if not isinstance(known, Key) or known.party != info.regulator or known.until is not None:
            raise Failure(
                f"the regulator's key in {parties} is not the one of this ledger", _OTHER_FOLDER
            )
        key = ledger.home.operator_key("statement")
        own = PartyKey(info.origin, info.operator, "statement", key)
        return Stage(keyring, info.operator, info.regulator, own)


def remote_stage(client: LedgerClient, home: Path, parties: Path) -> Stage:
    """The ledger at a URL. Whether the keys are its keys, the first statement shows.

    Raises:
        Failure: it does not answer, or the regulator's or the operator's key is not here.
    """
    origin = client.checkpoint().partition("\n")[0]
    keyring = Keyring(parties, origin)
    _need(keyring, REGULATOR)
    if keyring.has(OPERATOR):
        return Stage(keyring, OPERATOR, REGULATOR, keyring.key(OPERATOR))
    return _with_key_at_home(keyring, home)


def _with_key_at_home(keyring: Keyring, home: Path) -> Stage:
    from ledger.store.errors import StoreError
    from ledger.store.home import Home

    absent = Failure(
        f"the operator accepts the history, and its statement key is not in {keyring.folder}",
        f"Put it there as {OPERATOR}.key, or name its home folder with --home",
    )
    try:
        config, key = Home(home).config(), Home(home).operator_key("statement")
    except StoreError:
        raise absent from None
    if config.origin != keyring.origin:
        raise absent
    own = PartyKey(keyring.origin, config.operator, "statement", key)
    return Stage(keyring, config.operator, REGULATOR, own)


_OTHER_FOLDER = "Name the folder that holds it with --parties"


def _need(keyring: Keyring, regulator: str) -> None:
    if not keyring.has(regulator):
        raise Failure(
            f"the ledger is founded, and the key of its regulator is not in {keyring.folder}",
            f"It has to be there as {regulator}.key. {_OTHER_FOLDER}",
        )


def _found(home: Path, keyring: Keyring, names: Mapping[str, str]) -> None:
    # A crash before the founding is done: the regulator's keys are here and are used again.
    regulator = {use: keyring.key(REGULATOR, use).public() for use in REGULATOR_USES}
    operator = {use: new_key(keyring.origin, OPERATOR, use) for use in OPERATOR_USES}
    found(home, operator, regulator, (names[OPERATOR], names[REGULATOR]))
