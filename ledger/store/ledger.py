"""The ledger: one object through which the API, the command line and the projections use the store.

    with Ledger.open(home) as ledger:
        answers = ledger.submit([parse_wire(data), …])

Safe for several threads, and for several processes on one home. Open it after a fork, never before.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from eventsourcing.persistence import Notification

from ledger.core.encoding import b64
from ledger.core.keys import PrivateKey, PublicKey
from ledger.core.note import NoteSigner
from ledger.core.statement import Statement
from ledger.domain.admission import hear, prepare
from ledger.domain.errors import Refusal
from ledger.domain.records import CLOCK, LEDGER, LedgerInfo
from ledger.domain.records import Clock as StatedTime
from ledger.store.append import Answer, Appender, Operator
from ledger.store.clock import Clock, steady
from ledger.store.errors import AlreadyFounded, NotFounded, WrongOperatorKeys
from ledger.store.home import OPERATOR_USES, Config, Home
from ledger.store.keystore import KeyStore
from ledger.store.log import Log
from ledger.store.screening import Candidate, Screen
from ledger.store.signatures import Checked, check
from ledger.store.sqlite.database import SQLiteDatabase


class Ledger(Log):
    """An open ledger: made by :meth:`found` and :meth:`open`, which take the same options.

    Args:
        clock: seconds since 1970.
        monotonic: seconds of a clock that nobody sets; a leap between the two stops the appending.
        random: gives that many random bytes.
        lock_timeout: seconds that a writer waits before it gives up with ``busy``.
    """

    def __init__(
        self,
        home: Home,
        config: Config,
        keys: Mapping[str, PrivateKey],
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = steady,
        random: Callable[[int], bytes] = os.urandom,
        lock_timeout: int | None = None,
    ) -> None:
        self.home = home
        self.config = config
        self._sqlite = SQLiteDatabase(home.ledger, lock_timeout=lock_timeout)
        self._keys = KeyStore(home.keys, random, lock_timeout)
        operator = Operator(config.origin, config.operator, keys["log"], keys["statement"])
        super().__init__(self._sqlite, config.origin, self._keys, operator.signer)
        watched = Clock(clock, monotonic)
        self._appender = Appender(self._sqlite, self._keys, operator, watched, random)
        self._screen = Screen()

    # ------------------------------------------------------------------ opening and closing

    @classmethod
    def found(
        cls,
        home: str | os.PathLike[str],
        founding: Statement,
        operator_keys: Mapping[str, PrivateKey],
        **options: Any,
    ) -> Self:
        """Make a home folder and admit the founding statement at position 0.

        Args:
            operator_keys: the private keys for ``log``, ``statement`` and ``report``.

        Raises:
            Refusal: the founding statement breaks a rule; nothing was made.
            WrongOperatorKeys: the keys are not those that it names; nothing was made.
            AlreadyFounded: there is a ledger; nothing was changed.
        """
        _check_founding(founding, operator_keys)
        origin, operator = founding.claims["origin"], founding.claims["operator"]
        vkey = str(NoteSigner(origin, operator_keys["log"]).vkey)
        place = Home(home)
        place.make()
        with place.alone():
            ledger = cls(place, Config(origin, operator, vkey), operator_keys, **options)
            try:
                ledger._found(founding, operator_keys)
            except BaseException:
                ledger.close()
                raise
        return ledger

    def _found(self, founding: Statement, keys: Mapping[str, PrivateKey]) -> None:
        # A crash before the append leaves files and empty tables: there is no position 0, so this
        # is no ledger, and founding it again starts over.
        self._sqlite.create()
        self._keys.create()
        with self._sqlite.reading() as rows:
            if rows.head() is not None:
                raise AlreadyFounded(f"there is a ledger in {self.home.path}")
        self.home.write(self.config, keys)
        candidate = Candidate(prepare(founding, None), Checked.GOOD)
        (answer,) = self._appender.append([candidate], founding=True)
        if isinstance(answer, Refusal):
            raise answer

    @classmethod
    def open(cls, home: str | os.PathLike[str], **options: Any) -> Self:
        """Open the ledger of a home folder.

        Raises:
            NotFounded: there is none.
            UnsafeHome: a file is missing, damaged, or open to other users.
            AffectedSQLite: the SQLite library could damage it.
        """
        place = Home(home)
        config = place.config()
        keys = {use: place.operator_key(use) for use in ("log", "statement")}
        place.check_keys()
        if str(NoteSigner(config.origin, keys["log"]).vkey) != config.vkey:
            raise WrongOperatorKeys("operator/log.key is not the key of config.json")
        ledger = cls(place, config, keys, **options)
        try:
            ledger._check(keys["log"])
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _check(self, log_key: PrivateKey) -> None:
        self._sqlite.check()
        info = self.record(LEDGER)
        if not isinstance(info, LedgerInfo):
            raise NotFounded(f"the ledger in {self.home.path} has not been founded")
        if (info.origin, info.log_key) != (self.config.origin, log_key.public.x):
            raise WrongOperatorKeys("operator/log.key is not the log key of the founding statement")

    def close(self) -> None:
        """Give threads and connections back."""
        self._screen.close()
        self._sqlite.close()
        self._keys.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    # ------------------------------------------------------------------ writing

    def submit(self, statements: Iterable[Statement]) -> list[Answer]:
        """Admit or refuse each statement, in order, each seeing those before it.

        What is admitted is durable when this returns. The same bytes again get the first receipt.

        Args:
            statements: at most 1,000, from ``parse_wire``.

        Returns:
            A receipt or a refusal for each.

        Raises:
            StoreError: nothing was appended (``busy``, ``clock-behind``, ``clock-leap``, …).
        """
        with self.reading() as view:
            screened = self._screen.screen(view, statements)
        if not any(isinstance(one, Candidate) for one in screened):
            return [one for one in screened if not isinstance(one, Candidate)]  # no lock is taken
        return self._appender.append(screened)

    def erase(self, student: str) -> bool:
        """Destroy a student's key: nothing personal under it can be read again.

        Returns:
            Whether there was a key.
        """
        return self._keys.destroy(student)

    # ------------------------------------------------------------------ for the operator

    def notifications(self, start: int, limit: int) -> Sequence[Notification]:
        """eventsourcing's notification log, from id ``start`` on; ids are no positions."""
        return self._sqlite.notifications(start, limit)

    def snapshot(self, path: str | os.PathLike[str]) -> None:
        """Copy a consistent state of ``ledger.db`` into a new file, while others go on.

        Raises:
            FileExistsError: there is such a file.
        """
        self._sqlite.snapshot(path)

    def status(self) -> dict[str, Any]:
        """How the ledger is: origin, vkey, size, root (base64), stated time, database, version."""
        with self.reading() as view:
            head, clock = view.head(), view.record(CLOCK)
        return {
            "origin": head.origin,
            "operator": self.config.operator,
            "vkey": self.config.vkey,
            "size": head.size,
            "root": b64(head.root),
            "stated_time": clock.time if isinstance(clock, StatedTime) else None,
            "database": self._sqlite.url,
            "sqlite_version": self._sqlite.version,
        }


def _check_founding(founding: Statement, keys: Mapping[str, PrivateKey]) -> None:
    """Judge the founding statement before anything is made."""
    hear(founding, lambda _: None, position=0, load_person=lambda _: None)
    claims = founding.claims
    verdict = check((founding, PublicKey.from_x(claims["statement_key"]["key"])))
    if isinstance(verdict, Refusal):
        raise verdict
    for use in OPERATOR_USES:
        if keys[use].public.x != claims[f"{use}_key"]["key"]:
            raise WrongOperatorKeys(f"the founding statement names another {use} key")
