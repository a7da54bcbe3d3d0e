"""eventsourcing's own recorder test cases, run against the recorders of this store."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from eventsourcing.utils import Environment

from ledger.store.sqlite.driver import Connection, Datastore
from ledger.store.sqlite.recorders import ApplicationRecorder, Factory


class OnFile:
    """Gives each test a factory on a database file of its own."""

    def setUp(self) -> None:
        self._folder = TemporaryDirectory()
        path = Path(self._folder.name) / "recorders.db"
        self.factory = Factory(Environment("", {"SQLITE_DBNAME": str(path)}))

    def tearDown(self) -> None:
        self.factory.close()
        self._folder.cleanup()


class TestAggregateRecorder(OnFile, AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.factory.aggregate_recorder()


class TestApplicationRecorder(OnFile, ApplicationRecorderTestCase[ApplicationRecorder]):
    def create_recorder(self) -> ApplicationRecorder:
        recorder = self.factory.application_recorder()
        assert isinstance(recorder, ApplicationRecorder)
        return recorder


class TestNonInterleavingNotificationIds(OnFile, NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        recorder = self.factory.application_recorder()
        assert isinstance(recorder, ApplicationRecorder)
        return recorder


class TestTrackingRecorder(OnFile, TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.factory.tracking_recorder()


class TestProcessRecorder(OnFile, ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return self.factory.process_recorder()


# The cases are base classes; left in this namespace they would be collected on their own.
del (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)


@pytest.fixture
def factory(tmp_path: Path):
    made = Factory(Environment("", {"SQLITE_DBNAME": str(tmp_path / "x.db")}))
    yield made
    made.close()


def _event(version: int = 1) -> StoredEvent:
    return StoredEvent(uuid4(), version, "topic", b"state")


def test_a_notification_id_is_never_given_twice(factory: Factory) -> None:
    recorder = factory.application_recorder()
    assert recorder.insert_events([_event(), _event()]) == [1, 2]
    with factory.datastore.transaction(commit=True) as cursor:
        cursor.execute("DELETE FROM stored_events WHERE rowid = 2")
    assert recorder.insert_events([_event()]) == [3]


def test_a_refused_insert_leaves_no_gap(factory: Factory) -> None:
    recorder = factory.application_recorder()
    event = _event()
    recorder.insert_events([event])
    with pytest.raises(Exception, match="UNIQUE"):
        recorder.insert_events([_event(), event])
    assert recorder.insert_events([_event()]) == [2]


def test_the_connections_are_durable_and_use_the_bundled_library(factory: Factory) -> None:
    with factory.datastore.get_connection(commit=False) as connection:
        assert isinstance(connection, Connection)
        cursor = connection.cursor()
        settings = {}
        for name in ("synchronous", "journal_mode"):
            cursor.execute(f"PRAGMA {name}")
            settings[name] = cursor.fetchone()[0]
    assert settings == {"synchronous": 2, "journal_mode": "wal"}


def test_a_writer_that_waits_keeps_no_reader_waiting(tmp_path: Path) -> None:
    store = Datastore(str(tmp_path / "y.db"), lock_timeout=1)
    with store.transaction(commit=True) as cursor:
        cursor.execute("CREATE TABLE t (a)")
    other = Datastore(str(tmp_path / "y.db"), lock_timeout=1)
    with other.transaction(commit=True) as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(OperationalError, match="locked"), store.transaction(commit=True):
            pytest.fail("two writers at once")
        with store.transaction(commit=False) as reader:
            reader.execute("SELECT count(*) FROM t")
            assert reader.fetchone()[0] == 0
    other.close()
    store.close()
