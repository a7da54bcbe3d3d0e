"""Names: kept as given, compared by a key that unifies spellings and keeps people apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.names import name_key, same_name


@pytest.mark.parametrize("dot", "·•‧・･∙⋅\u0387")
def test_every_middle_dot_is_one(dot: str) -> None:
    assert same_name(f"阿依古丽{dot}买买提", "阿依古丽·买买提")
    assert same_name(f"阿依古丽 {dot} 买买提", "阿依古丽·买买提")


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u200c", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u200e", "\ufe00", "\U000e0100"],
)
def test_what_nobody_sees_does_not_count(hidden: str) -> None:
    assert same_name(f"王{hidden}明", "王明")
    assert same_name(f"e{hidden}\u0301", "é")


def test_rare_characters_pass_and_differ() -> None:
    rare = ["𠮷", "䶮", "㼆", "吉", "王"]
    assert len({name_key(one) for one in rare}) == len(rare)
    assert all(name_key(one) == one for one in rare)


def test_a_compatibility_ideograph_is_its_nfc_form() -> None:
    assert "\uf900" != "\u8c48"
    assert same_name("\uf900", "\u8c48")


def test_case_and_spaces_fold() -> None:
    assert same_name("  Wei\u3000 EXAMPLE ", "wei example")
    assert same_name("Straße", "STRASSE")
    assert same_name("王\u3000明", "王明")
    assert not same_name("Wei Example", "WeiExample")
    assert not same_name("Wei Example", "Wei Exampel")


NAMES = st.text(st.characters(codec="utf-8"), max_size=12)


@given(NAMES)
def test_the_key_of_a_key_is_itself(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@given(NAMES, st.sampled_from(["NFC", "NFD"]))
def test_canonically_equal_spellings_are_one_name(name: str, form: str) -> None:
    assert same_name(name, unicodedata.normalize(form, name))  # type: ignore[arg-type]


@given(st.text(st.characters(categories=["Lo"]), min_size=1, max_size=4))
def test_letters_without_case_are_never_lost(name: str) -> None:
    assert name_key(name) == unicodedata.normalize("NFC", name)
