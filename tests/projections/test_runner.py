"""Following, rebuilding, and what a crash or a second follower can do to a view: nothing."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.store.errors import StaleView
from ledger.store.sqlite.views import ViewsFile
from projections import runner
from projections.runner import FoldFailed, opened_views
from projections.view import View
from tests.projections.told import told
from tests.store.stored import StoredWorld
from tests.world import passed_candidate, standard_claims


def content(file: ViewsFile) -> dict[str, list[tuple[object, ...]]]:
    return {view.name: list(runner.dump(file, view)) for view in runner.VIEWS}


def test_followed_and_rebuilt_are_the_same_rows(world: StoredWorld, views: ViewsFile) -> None:
    for _ in range(3):
        passed_candidate(world).issue()
        runner.catch_up(world.ledger, views)
    followed = content(views)
    assert all(followed.values())
    runner.rebuild(world.ledger, views)
    assert content(views) == followed


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_batching_never_changes_content(
    world: StoredWorld, tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    if len(world.log) < 40:
        told(world)
    expected = content_at(world, tmp_path_factory.mktemp("whole") / "views.db", [1000])
    assert content_at(world, tmp_path_factory.mktemp("parts") / "views.db", sizes) == expected


def content_at(world: StoredWorld, path: Path, sizes: list[int]) -> dict[str, Any]:
    with opened_views(path) as file:
        while any(runner.advance(world.ledger, file, size) for size in sizes):
            pass
        return content(file)


def test_readers_see_the_old_rows_until_a_rebuild_ends(
    world: StoredWorld, views: ViewsFile
) -> None:
    told(world)
    runner.catch_up(world.ledger, views)
    before = content(views)
    seen = []
    runner.rebuild(world.ledger, views, lambda _: seen.append(content(views)))
    assert seen
    assert all(one == before for one in seen)


def test_a_rebuild_that_is_cut_off_changes_nothing(world: StoredWorld, views: ViewsFile) -> None:
    told(world)
    runner.catch_up(world.ledger, views)
    before = content(views)

    def pull_the_plug(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.rebuild(world.ledger, views, pull_the_plug)
    assert content(views) == before


def test_a_second_follower_writes_nothing_twice(world: StoredWorld, views: ViewsFile) -> None:
    told(world)
    with views.reading() as rows:
        stale = rows.progress()
    runner.catch_up(world.ledger, views)
    before = content(views)
    view = runner.VIEWS[0]
    effects = world.ledger.effects(-1, 10)
    with pytest.raises(StaleView), views.writing() as writes:
        runner._take(view, stale[view.name], effects, writes)
    assert content(views) == before


def test_a_fold_that_fails_stops_and_names_the_position(
    world: StoredWorld, views: ViewsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(world)

    def broken(effect: Any, time: int) -> Any:
        if effect.position == 7:
            raise ValueError("what is this")
        return runner.ARCHIVE.fold(effect, time)

    monkeypatch.setattr(runner, "VIEWS", (replace(runner.ARCHIVE, fold=broken),))
    with pytest.raises(FoldFailed, match="position 7"):
        runner.catch_up(world.ledger, views)
    with views.reading() as rows:
        assert rows.progress()["archive"].position < 7


def test_another_version_of_a_fold_makes_the_view_anew(
    world: StoredWorld, views: ViewsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(world)
    runner.catch_up(world.ledger, views)
    newer: View = replace(runner.ARCHIVE, version=runner.ARCHIVE.version + 1)
    monkeypatch.setattr(runner, "VIEWS", (newer, runner.CERTIFICATES, runner.STANDING))
    runner.prepare(views)
    told_of = runner.status(world.ledger, views)
    assert told_of["archive"]["position"] == -1
    assert told_of["certificates"]["behind"] == 0
    runner.catch_up(world.ledger, views)
    assert runner.status(world.ledger, views)["archive"]["behind"] == 0


def test_what_awaits_consent_is_in_no_view_and_leaves_none_behind(
    world: StoredWorld, views: ViewsFile
) -> None:
    runner.catch_up(world.ledger, views)
    before = content(views)["standing"]
    standard = {"standard": "late", "level": "advanced"}
    world.say("northern", "standard.published", standard_claims(**standard))
    runner.catch_up(world.ledger, views)
    assert content(views)["standing"] == before
    assert all(not one["behind"] for one in runner.status(world.ledger, views).values())


def test_follow_takes_what_comes_until_it_is_told_to_stop(
    world: StoredWorld, views: ViewsFile
) -> None:
    waits: list[float] = []

    def stopped(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 3:
            passed_candidate(world).issue()
        return len(waits) > 3 and seconds > 0

    runner.follow(world.ledger, views, stopped)
    assert runner.POLL in waits
    assert len(content(views)["certificates"]) == 1


def test_follow_waits_for_a_rebuild_and_goes_on(
    world: StoredWorld, views: ViewsFile, tmp_path: Path
) -> None:
    told(world)
    with closing(ViewsFile(world.ledger.home.views, lock_timeout=1)) as waiting:
        rebuilding = ExitStack()
        rebuilding.enter_context(views.writing())
        waits: list[float] = []

        def stopped(seconds: float) -> bool:
            waits.append(seconds)
            rebuilding.close()
            return len(waits) > 1 and seconds > 0

        runner.follow(world.ledger, waiting, stopped)
    assert waits[0] == runner.POLL
    assert all(not one["behind"] for one in runner.status(world.ledger, views).values())


def test_views_open_while_a_rebuild_holds_the_lock(world: StoredWorld, views: ViewsFile) -> None:
    told(world)
    runner.catch_up(world.ledger, views)
    before = content(views)
    with views.writing(), opened_views(world.ledger.home.views) as other:
        assert content(other) == before


def test_only_one_follows(tmp_path: Path) -> None:
    path = tmp_path / "views.lock"
    asked: list[float] = []

    def stopped(seconds: float) -> bool:
        asked.append(seconds)
        return True

    with runner.only_follower(path, stopped) as first:
        assert first
        with runner.only_follower(path, stopped) as second:
            assert not second
    assert asked == [runner.PATIENCE]
    with runner.only_follower(path, stopped) as third:
        assert third


def test_no_view_holds_a_person(world: StoredWorld, views: ViewsFile) -> None:
    candidate = told(world)
    runner.catch_up(world.ledger, views)
    everything = repr(content(views))
    assert candidate.student.name not in everything
    assert candidate.student.person not in everything
    handle = candidate.student.handle
    holding = [row for rows in content(views).values() for row in rows if handle in row]
    assert [row[0] for row in holding] == ["students"]
