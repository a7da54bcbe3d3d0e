"""Key files: who may read them, what is in them, and what is refused."""

import json
import stat
from pathlib import Path

import pytest

from ledger.cli.errors import Failure
from ledger.cli.keys import new_key, read_key, read_public, write_key, write_public
from ledger.core.encoding import b64url
from ledger.core.errors import InvalidSignature
from ledger.core.possession import check_possession
from tests.cli.parties import ORIGIN, run, told


def change(path: Path, **values: object) -> None:
    """Change members of a key file, as somebody with an editor would."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_key_file_is_the_partys_alone_and_reads_back(tmp_path: Path) -> None:
    key = new_key(ORIGIN, "northern")
    write_key(tmp_path / "k", key)
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    again = read_key(tmp_path / "k")
    assert (again.origin, again.party, again.use) == (ORIGIN, "northern", "statement")
    assert again.key.seed == key.key.seed
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


def test_a_mask_that_opens_files_changes_nothing(tmp_path: Path) -> None:
    import os

    before = os.umask(0)
    try:
        write_key(tmp_path / "k", new_key(ORIGIN, "northern"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600


def test_a_private_key_is_never_written_over(tmp_path: Path) -> None:
    first = new_key(ORIGIN, "northern")
    write_key(tmp_path / "k", first)
    with pytest.raises(Failure, match="is there already"):
        write_key(tmp_path / "k", new_key(ORIGIN, "northern"))
    assert read_key(tmp_path / "k").key.seed == first.key.seed
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_private_key_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    write_key(tmp_path / "k", new_key(ORIGIN, "northern"))
    (tmp_path / "k").chmod(mode)
    with pytest.raises(Failure, match="chmod 600"):
        read_key(tmp_path / "k")


def test_the_public_half_proves_possession_for_this_party_use_and_origin(tmp_path: Path) -> None:
    half = new_key(ORIGIN, "northern").public()
    write_public(tmp_path / "p", half)
    assert read_public(tmp_path / "p") == half
    check_possession(half.proof, half.key, ORIGIN, "northern", "statement")
    with pytest.raises(InvalidSignature):
        check_possession(half.proof, half.key, ORIGIN, "southern", "statement")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("party", "southern"),
        ("use", "recovery"),
        ("origin", "ledger.example/other"),
        ("kid", "x" * 43),
        ("key", new_key(ORIGIN, "northern").key.public.x),
        ("key", ""),
        ("proof", "no.proof"),
        ("proof", None),
        ("format", "certledger-public-key/2"),
    ],
)
def test_a_public_half_that_was_changed_is_refused(
    tmp_path: Path, member: str, value: object
) -> None:
    write_public(tmp_path / "p", new_key(ORIGIN, "northern").public())
    change(tmp_path / "p", **{member: value})
    with pytest.raises(Failure, match=str(tmp_path / "p")):
        read_public(tmp_path / "p")


@pytest.mark.parametrize(
    "values",
    [
        {"seed": b64url(bytes(31))},
        {"seed": b64url(bytes(32))},
        {"seed": 5},
        {"seed": "secret that must not be quoted"},
        {"use": "everything"},
        {"kid": None},
    ],
)
def test_a_private_key_that_was_changed_is_refused_and_never_quoted(
    tmp_path: Path, values: dict[str, object]
) -> None:
    write_key(tmp_path / "k", new_key(ORIGIN, "northern"))
    seed = json.loads((tmp_path / "k").read_text())["seed"]
    change(tmp_path / "k", **values)
    with pytest.raises(Failure) as caught:
        read_key(tmp_path / "k")
    assert seed not in caught.value.message
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"format": 1}', b"null"])
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "k").write_bytes(content)
    for read in (read_key, read_public):
        with pytest.raises(Failure, match="no key file"):
            read(tmp_path / "k")


def test_halves_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    key = new_key(ORIGIN, "northern")
    write_key(tmp_path / "k", key)
    write_public(tmp_path / "p", key.public())
    with pytest.raises(Failure, match="only the public half"):
        read_key(tmp_path / "p")
    with pytest.raises(Failure, match="a private key"):
        read_public(tmp_path / "k")


def test_keys_new_writes_both_halves_and_shows_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "northern.key"
    result = run("keys", "new", file, "--origin", ORIGIN, "--party", "northern")
    seed = json.loads(file.read_text())["seed"]
    assert seed not in result.output
    assert read_public(Path(f"{file}.pub")).key == read_key(file).key.public
    for shown in (file, f"{file}.pub"):
        answer = told("keys", "show", shown)
        assert answer == json.loads(Path(f"{file}.pub").read_text())
        assert seed not in json.dumps(answer)


def test_keys_show_makes_the_public_half_again(tmp_path: Path) -> None:
    file = tmp_path / "k"
    run("keys", "new", file, "--origin", ORIGIN, "--party", "northern", "--use", "recovery")
    public = Path(f"{file}.pub")
    before = public.read_bytes()
    public.unlink()
    run("keys", "show", file, "--public", public)
    assert public.read_bytes() == before  # Ed25519 is deterministic


@pytest.mark.parametrize(
    "options",
    [
        ("--origin", "https://ledger.example", "--party", "northern"),
        ("--origin", ORIGIN, "--party", "Northern Skills"),
        ("--origin", ORIGIN, "--party", "northern", "--use", "all"),
        ("--origin", ORIGIN),
    ],
)
def test_keys_new_writes_nothing_for_names_that_cannot_be(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    run("keys", "new", tmp_path / "k", *options, code=2)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "k"
    result = run("keys", "new", target, "--origin", ORIGIN, "--party", "northern", code=2)
    assert result.stderr.startswith(f"Error: {target} cannot be written")
    result = run("keys", "show", tmp_path / "nothing", code=2)
    assert "No such file" in result.stderr
