"""Access tokens: what they open, and what the file tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.store.tokens import MalformedScope, Tokens, UnknownToken


class Now:
    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def tokens(tmp_path: Path, now: Now):
    made = Tokens(tmp_path / "access.db", clock=now)
    yield made
    made.close()


def test_a_token_opens_its_scopes(tokens: Tokens) -> None:
    token, secret = tokens.new(["archive:read", "operator"], label="the registrar's desk")
    assert tokens.check(secret) == token
    assert token.scopes == ("archive:read", "operator")
    assert (token.created, token.expires, token.revoked) == (1_000_000, None, None)


def test_the_secret_has_256_random_bits_and_each_is_another(tokens: Tokens) -> None:
    secrets = {tokens.new(["operator"])[1] for _ in range(20)}
    assert len(secrets) == 20
    assert {len(one) for one in secrets} == {len("clt_") + 43}


def test_the_file_holds_no_secret(tokens: Tokens, tmp_path: Path) -> None:
    token, secret = tokens.new(["operator"], label="planted label")
    tokens.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("access.db*"))
    assert b"planted label" in raw
    assert token.id.encode() in raw
    assert secret.encode() not in raw
    assert secret.removeprefix("clt_").encode() not in raw
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


@pytest.mark.parametrize("secret", ["", "clt_", "clt_" + "A" * 43, "\udcff", "x" * 100_000])
def test_what_is_no_token_opens_nothing(tokens: Tokens, secret: str) -> None:
    tokens.new(["operator"])
    with pytest.raises(UnknownToken) as caught:
        tokens.check(secret)
    assert caught.value.code == "unknown-token"


def test_neither_id_nor_hash_opens(tokens: Tokens) -> None:
    token, secret = tokens.new(["operator"])
    for wrong in (token.id, secret[:-1], secret + "A", secret.swapcase(), secret.upper()):
        with pytest.raises(UnknownToken):
            tokens.check(wrong)


def test_revoking(tokens: Tokens, now: Now) -> None:
    token, secret = tokens.new(["operator"])
    kept, other = tokens.new(["operator"])
    now.seconds += 10
    tokens.revoke(token.id)
    with pytest.raises(UnknownToken):
        tokens.check(secret)
    assert tokens.check(other) == kept
    assert [one.revoked for one in tokens.list() if one.id == token.id] == [1_000_010]
    for ident in (token.id, "nobody"):
        with pytest.raises(UnknownToken):
            tokens.revoke(ident)


def test_expiry(tokens: Tokens, now: Now) -> None:
    _, secret = tokens.new(["operator"], expires=1_000_060)
    now.seconds = 1_000_059.9
    tokens.check(secret)
    now.seconds = 1_000_060.0
    with pytest.raises(UnknownToken):
        tokens.check(secret)


def test_listing_shows_each_and_no_secret(tokens: Tokens, now: Now) -> None:
    made = []
    for label in ("first", "second", "third"):
        made.append(tokens.new(["archive:read"], label=label))
        now.seconds += 1
    assert [one.label for one in tokens.list()] == ["first", "second", "third"]
    assert not any(secret in str(tokens.list()) for _, secret in made)


@pytest.mark.parametrize("scopes", [[], [""], ["Archive"], ["a b"], ["a", "ü"], ["x" * 129]])
def test_malformed_scopes(tokens: Tokens, scopes: list[str]) -> None:
    with pytest.raises(MalformedScope):
        tokens.new(scopes)
    assert tokens.list() == []


def test_another_process_sees_them(tokens: Tokens, tmp_path: Path, now: Now) -> None:
    token, secret = tokens.new(["operator"])
    other = Tokens(tmp_path / "access.db", clock=now)
    assert other.check(secret) == token
    other.revoke(token.id)
    other.close()
    with pytest.raises(UnknownToken):
        tokens.check(secret)
