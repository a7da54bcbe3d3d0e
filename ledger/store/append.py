"""The sealed append: from verified statements to receipts, in one transaction under the write lock.

Where a crash may strike, and what recovery does:

* before the key store's commit: nothing was written anywhere; what has no COMMIT never was;
* after it, before the ledger's COMMIT: the key store holds keys and facts of a batch that never
  was; the next append sweeps them first (:meth:`ledger.store.keystore.KeyStore.settle`);
* after the ledger's COMMIT (its WAL is fsynced), before the answer: everything is durable; the
  client sends the same bytes again and gets the same receipts.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from ledger.core.encoding import b64url
from ledger.core.keys import PrivateKey, PublicKey
from ledger.core.note import NoteSigner
from ledger.core.statement import sign_statement
from ledger.domain.admission import Prepared, prepare
from ledger.domain.errors import Refusal
from ledger.domain.form import issuer_url
from ledger.domain.records import CLOCK, LEDGER, Key, key_of
from ledger.domain.records import Clock as StatedTime
from ledger.store.batch import Batch
from ledger.store.cache import RecordCache
from ledger.store.clock import Clock
from ledger.store.compose import (
    EMPTY,
    encrypt_all,
    grow_tree,
    into_streams,
    leaf_rows,
    subject_of,
)
from ledger.store.errors import WrongOperatorKeys
from ledger.store.keystore import KeyStore
from ledger.store.receipt import Receipt
from ledger.store.screening import Candidate, Screened
from ledger.store.seam import Database, Head, Journal, Sealed, Writing
from ledger.store.signatures import Checked, check

Answer = Receipt | Refusal


class Operator(NamedTuple):
    """Who runs the ledger, with the keys that an append needs."""

    origin: str
    party: str
    log: PrivateKey
    statement: PrivateKey

    @property
    def signer(self) -> NoteSigner:
        """The signer of checkpoints."""
        return NoteSigner(self.origin, self.log)


class Appender:
    """Appends batches, one at a time over all threads and processes.

    Args:
        random: gives that many random bytes.
    """

    def __init__(
        self,
        database: Database,
        keystore: KeyStore,
        operator: Operator,
        clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:
        self._database = database
        self._keystore = keystore
        self._operator = operator
        self._clock = clock
        self._random = random
        self._cache = RecordCache()

    def append(self, screened: Sequence[Screened], *, founding: bool = False) -> list[Answer]:
        """Judge the candidates in order and write those admitted; one answer each.

        If none is admitted, nothing is written, not even the time.

        Args:
            screened: candidates, and what is answered already.

        Raises:
            StoreError: nothing was appended.
        """
        with undisturbed(), self._database.writing() as rows:
            head = rows.head() or EMPTY
            self._keystore.settle(head.size, lambda at: _leaf_at(rows, at))
            self._cache.begin(head)
            with self._keystore.reading() as private:
                batch = Batch(rows, private, self._cache, head.size)
                if not founding:
                    self._state_time(batch)
                _expect(batch, screened)
                answers = [self._answer(rows, batch, one) for one in screened]
            size = batch.size
            if any(type(one) is Receipt and one.size == 0 for one in answers):
                self._write(rows, head, batch)
        return [
            one._replace(size=size) if type(one) is Receipt and one.size == 0 else one
            for one in answers
        ]

    def _state_time(self, batch: Batch) -> None:
        """The operator's time.stated, first of the batch, if a second or more has passed."""
        clock = batch.load(CLOCK)
        last = clock.time if isinstance(clock, StatedTime) else 0
        now = self._clock.draw(last)
        if now > last:
            claims = {
                "iss": issuer_url(self._operator.origin, self._operator.party),
                "iat": now,
                "jti": b64url(self._random(16)),
                "type": "time.stated",
                "time": now,
            }
            try:
                stated = sign_statement(self._operator.statement, claims)
                batch.admit(prepare(stated, batch.load(LEDGER)))
            except Refusal as refusal:
                detail = f"the ledger's own statement of time is refused: {refusal}"
                raise WrongOperatorKeys(detail) from refusal

    def _answer(self, rows: Writing, batch: Batch, screened: Screened) -> Answer:
        """A receipt, of size 0 where the batch still decides its size, or a refusal."""
        if not isinstance(screened, Candidate):
            return screened
        prepared, checked, *_ = screened
        refusal = _check_late(batch, prepared) if checked is Checked.OPEN else None
        refusal = refusal or _judge(batch, prepared)
        leaf = prepared.statement.leaf
        if refusal is None:
            return Receipt(batch.size - 1, leaf, 0, repeated=False)
        # Whatever is in the log is refused a second time, if only for its jti.
        here = batch.position_of(leaf)
        if here is not None:
            return Receipt(here, leaf, 0, repeated=True)
        row = rows.find(leaf)
        return refusal if row is None else Receipt(row.position, leaf, row.size, repeated=True)

    def _write(self, rows: Writing, head: Head, batch: Batch) -> None:
        """Step 1 in the key store, step 2 in the ledger; the caller's COMMIT ends it."""
        admitted = batch.admitted
        leaves = [one.statement.leaf for one in admitted]
        new, tiles = grow_tree(rows, head, leaves, self._operator.signer)
        events, streams = into_streams(rows, admitted, self._clock.milliseconds(), self._random)
        keys = self._prepare_keys(batch)
        sealed = Sealed(
            leaves=leaf_rows(admitted, new.size),
            streams=streams,
            records=batch.writes(),
            vault=encrypt_all(admitted, keys, self._random),
            tiles=tiles,
            head=new,
        )
        rows.append(events, sealed)
        batch.hand_on(self._cache, new)

    def _prepare_keys(self, batch: Batch) -> dict[str, bytes]:
        subjects: dict[str, int] = {}
        for one in batch.admitted:
            subject = subject_of(one)
            if subject is not None:
                subjects.setdefault(subject, one.position)
        journal = Journal(batch.base, batch.admitted[0].statement.leaf)
        return self._keystore.prepare(journal, subjects, batch.facts)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the cyclic garbage collector out of a batch.

    A batch of a thousand makes some hundred thousand objects of which none is garbage before it
    ends; collections that this triggers, under the lock, cost a sixth of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _expect(batch: Batch, screened: Sequence[Screened]) -> None:
    candidates = [one for one in screened if isinstance(one, Candidate)]
    if len(candidates) > 1:
        reads = [key for one in candidates for key in one.reads]
        batch.expect(reads, [fact for one in candidates for fact in one.facts])


def _judge(batch: Batch, prepared: Prepared) -> Refusal | None:
    try:
        batch.admit(prepared)
    except Refusal as refusal:
        return refusal
    return None


def _check_late(batch: Batch, prepared: Prepared) -> Refusal | None:
    """Check a signature whose key may have been registered earlier in the batch."""
    key = batch.load(key_of(Key, prepared.statement.kid))
    if isinstance(key, Key):
        verdict = check((prepared.statement, PublicKey.from_x(key.x)))
        return verdict if isinstance(verdict, Refusal) else None
    refusal = _judge(batch, prepared)
    assert refusal is not None, "admitted, and nobody could check the signature"
    return refusal


def _leaf_at(rows: Writing, position: int) -> bytes | None:
    row = rows.leaf(position)
    return None if row is None else row.leaf
