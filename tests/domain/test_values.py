"""Dates, kinds of values, pass rules, records: the small things that everything rests on."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import kinds
from ledger.domain.dates import add_days, add_months, civil_date, is_civil_date
from ledger.domain.errors import UnreadableRecord
from ledger.domain.kinds import BadValue, Choice, Field, Integer, Kind, ListOf, Struct, Text
from ledger.domain.passing import component_total, passes, weights_fault
from ledger.domain.records import KINDS, Registration, Standard, decode, encode, key_of

BEIJING = timezone(timedelta(hours=8))


class TestDates:
    @given(st.integers(0, 4_000_000_000))
    def test_civil_dates_are_those_of_the_fixed_offset(self, instant: int) -> None:
        assert civil_date(instant) == datetime.fromtimestamp(instant, BEIJING).date().isoformat()

    def test_midnight_is_at_sixteen_hours_utc(self) -> None:
        assert civil_date(57_599) == "1970-01-01"
        assert civil_date(57_600) == "1970-01-02"

    @given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-40_000, 40_000))
    def test_days_are_added(self, day: date, days: int) -> None:
        assert add_days(day.isoformat(), days) == (day + timedelta(days)).isoformat()

    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2026-03-31", 1, "2026-04-30"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2026-11-15", 14, "2028-01-15"),
        ],
    )
    def test_months_are_added_and_cut_to_the_month(
        self, day: str, months: int, expected: str
    ) -> None:
        assert add_months(day, months) == expected

    def test_nothing_leads_out_of_the_calendar(self) -> None:
        assert add_days("0001-01-02", -1) == add_days("0001-01-02", -9) == "0001-01-01"
        assert add_days("9999-12-30", 1) == add_days("9999-12-30", 9) == "9999-12-31"
        assert add_months("0001-02-28", -1) == "0001-01-28"
        assert add_months("0001-02-28", -2) == add_months("0002-12-31", -24) == "0001-01-01"
        assert add_months("9999-11-30", 1) == "9999-12-30"
        assert add_months("9999-11-30", 2) == add_months("9999-12-01", 1200) == "9999-12-31"

    @pytest.mark.parametrize(
        "text",
        [
            "2026-1-1",
            "20260101",
            "2026-W01-1",
            "2026-02-30",
            "2026/01/01",
            "２026-01-01",
            "2026-01-01T",
            "0000-01-01",
            "",
        ],
    )
    def test_other_ways_to_write_a_date_are_refused(self, text: str) -> None:
        assert not is_civil_date(text)

    @given(st.dates())
    def test_every_day_has_one_way(self, day: date) -> None:
        assert is_civil_date(day.isoformat())


GOOD: list[tuple[Kind, Any]] = [
    (kinds.SLUG, "northern-skills"),
    (kinds.RANDOM_ID, "q83vEjRWeJCrze8SNFZ4kA"),
    (kinds.NAME, "𠮷田・李"),
    (kinds.PROSE, "two\nlines"),
    (kinds.DECIMAL, "12.5"),
    (kinds.DECIMAL, "0"),
    (kinds.NUMBER, "NS-2026-000123"),
    (kinds.DATE, "2024-02-29"),
    (kinds.INSTANT, 0),
    (kinds.LEVEL, "advanced"),
    (ListOf("levels", kinds.LEVEL, 0, 2), []),
    (Struct("pair", (Field("a", Integer("n", 0, 1), "", required=False),)), {}),
]
BAD: list[tuple[Kind, Any]] = [
    (kinds.SLUG, "a"),
    (kinds.SLUG, "a--b"),
    (kinds.SLUG, "é-é"),
    (kinds.RANDOM_ID, "q83vEjRWeJCrze8SNFZ4kB"),  # not canonical: the last bits are not zero
    (kinds.NAME, "a\u2028b"),
    (kinds.NAME, "a\x85b"),
    (kinds.PROSE, "a\x00"),
    (kinds.DECIMAL, "012"),
    (kinds.DECIMAL, "1e2"),
    (kinds.DECIMAL, 12),
    (kinds.NUMBER, "ns-1"),
    (kinds.DATE, "2025-02-29"),
    (kinds.DATE, 20250101),
    (kinds.INSTANT, 1.0),
    (kinds.INSTANT, True),
    (kinds.INSTANT, "12"),
    (kinds.INSTANT, -1),
    (kinds.LEVEL, "expert"),
    (kinds.LEVEL, ["advanced"]),
    (ListOf("levels", kinds.LEVEL, 1, 2), []),
    (ListOf("levels", kinds.LEVEL, 1, 2), ["advanced", "advanced"]),
    (ListOf("levels", kinds.LEVEL, 1, 2), {"advanced": 1}),
    (Struct("pair", (Field("a", Integer("n", 0, 1), ""),)), {}),
    (Struct("pair", (Field("a", Integer("n", 0, 1), ""),)), {"a": 0, "b": 1}),
    (Struct("pair", (Field("a", Integer("n", 0, 1), ""),)), [0]),
]


class TestKinds:
    @pytest.mark.parametrize(("kind", "value"), GOOD)
    def test_good_values_pass(self, kind: Kind, value: Any) -> None:
        kind.check(value, "field")

    @pytest.mark.parametrize(("kind", "value"), BAD)
    def test_bad_values_are_named(self, kind: Kind, value: Any) -> None:
        with pytest.raises(BadValue) as caught:
            kind.check(value, "field")
        assert caught.value.where.startswith("field")

    def test_the_place_inside_is_named(self) -> None:
        kind = ListOf("pairs", Struct("pair", (Field("a", Integer("n", 0, 1), ""),)), 0, 9)
        with pytest.raises(BadValue) as caught:
            kind.check([{"a": 0}, {"a": 2}], "pairs")
        assert caught.value.where == "pairs[1].a"

    @given(
        st.one_of(
            st.none(),
            st.booleans(),
            st.floats(),
            st.text(),
            st.integers(),
            st.lists(st.integers()),
            st.dictionaries(st.text(), st.integers()),
        )
    )
    def test_no_value_makes_a_kind_stumble(self, value: Any) -> None:
        for kind, _ in GOOD:
            try:
                kind.check(value, "field")
            except BadValue:
                continue

    def test_the_base_is_no_kind(self) -> None:
        with pytest.raises(NotImplementedError):
            Kind("x").check(1, "field")

    def test_a_choice_says_what_there_is_to_choose(self) -> None:
        with pytest.raises(BadValue, match="red, green"):
            Choice("colour", ("red", "green")).check("blue", "colour")

    def test_a_pattern_shows_an_example(self) -> None:
        with pytest.raises(BadValue, match="ab-1"):
            Text("thing", 1, 9, r"[a-z]+-\d", "ab-1").check("ab", "thing")


PARTS = [
    {"part": "a", "component": "x", "maximum": 3, "weight": "33.3"},
    {"part": "b", "component": "x", "maximum": 7, "weight": "66.7"},
    {"part": "c", "component": "y", "maximum": 10, "minimum": 5},
]


class TestPassing:
    def test_totals_are_exact(self) -> None:
        total = component_total(PARTS[:2], {"a": 1, "b": 1})
        assert total == Fraction("33.3") / 3 + Fraction("66.7") / 7

    def test_the_line_itself_passes(self) -> None:
        rule = {"kind": "thresholds", "totals": [{"component": "x", "minimum": "33.3"}]}
        parts = PARTS[:2]
        assert passes(parts, rule, {"a": 3, "b": 0}) is True
        assert (
            passes(
                parts,
                {**rule, "totals": [{"component": "x", "minimum": "33.3001"}]},
                {"a": 3, "b": 0},
            )
            is False
        )

    def test_a_missing_part_is_not_a_zero(self) -> None:
        rule = {"kind": "thresholds", "totals": [{"component": "x", "minimum": "0"}]}
        assert passes(PARTS, rule, {"a": 3, "c": 5}) is False
        assert passes(PARTS, rule, {"a": 0, "b": 0, "c": 5}) is True

    def test_what_has_no_weight_does_not_count(self) -> None:
        parts = [*PARTS[:2], {"part": "d", "component": "x", "maximum": 5}]
        assert component_total(parts, {"a": 3, "b": 7, "d": 0}) == 100

    def test_a_parts_own_minimum(self) -> None:
        rule = {"kind": "thresholds"}
        assert passes(PARTS, rule, {"c": 5}) is True
        assert passes(PARTS, rule, {"c": 4}) is False

    def test_examiners_may_decide(self) -> None:
        assert passes(PARTS, {"kind": "decision"}, {}) is None

    @pytest.mark.parametrize(
        ("parts", "rule"),
        [
            (PARTS, {"kind": "thresholds", "totals": [{"component": "x", "minimum": "50"}]}),
            (PARTS[:2], {"kind": "decision"}),
            ([{"part": "a", "component": "x", "maximum": 1}], {"kind": "decision"}),
        ],
    )
    def test_sound_standards(self, parts: Any, rule: Any) -> None:
        assert weights_fault(parts, rule) is None

    @pytest.mark.parametrize(
        ("parts", "rule", "message"),
        [
            (PARTS + PARTS[:1], {"kind": "decision"}, "twice"),
            (PARTS[1:], {"kind": "thresholds"}, "add up"),
            ([{**PARTS[2], "minimum": 11}], {"kind": "thresholds"}, "exceeds"),
            (PARTS, {"kind": "decision"}, "no thresholds"),
            (PARTS[:2], {"kind": "thresholds"}, "needs a minimum"),
            (
                PARTS,
                {"kind": "thresholds", "totals": [{"component": "y", "minimum": "1"}]},
                "weights",
            ),
            (
                PARTS,
                {"kind": "thresholds", "totals": [{"component": "x", "minimum": "1"}] * 2},
                "two minimums",
            ),
            (
                PARTS,
                {"kind": "thresholds", "totals": [{"component": "x", "minimum": "101"}]},
                "100",
            ),
        ],
    )
    def test_what_is_wrong_is_said(self, parts: Any, rule: Any, message: str) -> None:
        fault = weights_fault(parts, rule)
        assert fault is not None
        assert message in fault[1]


class TestRecords:
    def test_keys_name_the_kind(self) -> None:
        assert key_of(Standard, "welding", 2) == "standard/welding/2"

    def test_every_kind_has_its_own_key(self) -> None:
        assert len(set(KINDS.values())) == len(KINDS)

    def test_a_record_comes_back_as_it_went(self) -> None:
        record = Registration("s", "h", 1, ("d",), {"a": "b"}, (3, "pass", ("e",)), None, 2)
        again = decode("registration/x", encode(record))
        assert encode(again) == encode(record)
        assert isinstance(again, Registration)

    @pytest.mark.parametrize(
        ("key", "text"),
        [
            ("clock", "{"),
            ("clock", "5"),
            ("clock", "[1,2]"),
            ("nothing/x", "[1]"),
            ("session/x", "[]"),
            ("clock", "[" * 100_000),
        ],
    )
    def test_a_damaged_record_is_named(self, key: str, text: str) -> None:
        with pytest.raises(UnreadableRecord, match=key):
            decode(key, text)
