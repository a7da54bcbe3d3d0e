"""The sentence for a supervisor says what the numbers say, and how little that may be."""

from __future__ import annotations

from typing import Any

import pytest

from projections.chain import LATE_ENTRIES, WHOLE
from projections.proportions import proportion
from projections.sentences import summary

UNRECORDED = "Supervision, second verification and complaints are not on record yet."


def unit(**changes: Any) -> dict[str, Any]:
    plain = {
        "standing": {"status": "none", "history": []},
        "first_attempts": proportion(0, 0),
        "re_sits": proportion(0, 0),
        "without_result": 0,
        "not_final": 0,
        "chain": [],
        "revocations": {"agency_fault_found_by_others": [], "issued": 5},
    }
    return plain | changes


def test_nothing_known_is_said_to_be_so() -> None:
    assert summary(unit(), "2025-01-01") == (
        f"Not accredited. No first-attempt results since 2025-01-01. {UNRECORDED}"
    )


def test_few_are_too_few_and_many_come_with_their_interval() -> None:
    told = summary(
        unit(first_attempts=proportion(3, 9), re_sits=proportion(10, 20), without_result=1),
        "2025-01-01",
    )
    assert told == (
        "Not accredited. Of 9 first-attempt candidates since 2025-01-01, 3 passed: too few to"
        " assess. Of 20 re-sit candidates since 2025-01-01, 10 passed (50 %; with this many"
        " candidates the rate behind it may be anything from 30 % to 70 %). 1 candidate had no"
        f" result. {UNRECORDED}"
    )


def test_standing_names_its_day_and_its_wind_down() -> None:
    last = {"since": "2026-03-01", "wind_down_until": "2026-06-30"}
    told = summary(unit(standing={"status": "withdrawn", "history": [last]}), "2025-01-01")
    assert told.startswith(
        "Accreditation withdrawn since 2026-03-01."
        " Exams held before are certificated until 2026-06-30. "
    )


def test_chain_lateness_and_imported_history_are_told_apart() -> None:
    lines = [
        {"what": WHOLE, **proportion(11, 12), "missing": {"marks": 1}},
        {"what": LATE_ENTRIES, **proportion(1, 40), "imported": 7},
    ]
    told = summary(unit(chain=lines, not_final=2), "2025-01-01")
    assert (
        " The result of 2 is not final yet."
        " 11 of 12 certificates have the whole chain on record (missing: marks of 1)."
        " 1 of 40 statements came more than 30 days late."
        " 7 statements came as accepted history. "
    ) in told


def test_where_there_is_nothing_no_share_of_it_is_told() -> None:
    lines = [
        {"what": WHOLE, **proportion(0, 0), "missing": {}},
        {"what": LATE_ENTRIES, **proportion(0, 0), "imported": 0},
    ]
    assert summary(unit(chain=lines), "2025-01-01") == summary(unit(), "2025-01-01")


def test_revocations_for_the_agencys_fault_are_told() -> None:
    told = summary(
        unit(revocations={"agency_fault_found_by_others": [9], "issued": 5}), "2025-01-01"
    )
    assert "1 certificate of 5 revoked for a fault of the agency that others found." in told


@pytest.mark.parametrize(
    ("k", "n", "word"),
    [(999, 1000, "(99.9 %;"), (1000, 1000, "(100 %;"), (1, 1000, "(0.1 %;"), (0, 1000, "(0 %;")],
)
def test_nearly_all_is_not_all(k: int, n: int, word: str) -> None:
    assert word in summary(unit(first_attempts=proportion(k, n)), "2025-01-01")
