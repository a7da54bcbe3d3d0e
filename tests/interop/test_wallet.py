"""A certificate as a holder's wallet sees it: `@sd-jwt/sd-jwt-vc` and `jose`, in Node.

The same bytes that the log holds are verified by software that nobody here wrote: signature,
disclosures, claims and status, whole, in part, and tampered with.
"""

import json
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from ledger.core import jws, strict_json
from ledger.core.encoding import b64url, b64url_decode
from ledger.core.keys import PrivateKey
from ledger.core.statement import Statement, parse_presentation, present, sign_statement
from tests.core.refusing import flipped
from tests.core.statements import CREDENTIAL, DISCLOSED, disclosures

NODE = Path(__file__).parent / "node"
NOW = 1_767_225_600 + 3_600
STATUS: dict[str, Any] = CREDENTIAL["status"]["status_list"]  # type: ignore[index]

pytestmark = [
    pytest.mark.needs("node"),
    pytest.mark.skipif(
        not (NODE / "node_modules").is_dir(),
        reason="@sd-jwt/sd-jwt-vc and jose not installed: npm ci --prefix tests/interop/node",
    ),
]


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return PrivateKey.from_seed(b"\x01" * 32)


@pytest.fixture(scope="module")
def credential(key: PrivateKey) -> Statement:
    return sign_statement(key, CREDENTIAL, disclosures())


def status_list(key: PrivateKey, *set_bits: int) -> str:
    """A Token Status List of one bit each, in which these are set."""
    bits = bytearray(131_072 // 8)
    for index in set_bits:
        bits[index // 8] |= 1 << index % 8
    listed = {"bits": 1, "lst": b64url(zlib.compress(bytes(bits)))}
    claims = {"sub": STATUS["uri"], "iat": NOW - 60, "status_list": listed}
    return jws.sign(strict_json.dumps(claims), key, "statuslist+jwt").decode()


def wallet(
    sdjwt: bytes, key: PrivateKey, *, show: list[str] | None = None, revoked: bool = False
) -> dict[str, Any]:
    """What the wallet answers: the claims it saw, or why it refused."""
    asked = {
        "jwk": key.public.jwk(),
        "sdjwt": sdjwt.decode("latin-1"),
        "statusLists": {STATUS["uri"]: status_list(key, *([STATUS["idx"]] if revoked else [7]))},
        "now": NOW,
        "show": show,
    }
    node = shutil.which("node")
    assert node
    done = subprocess.run(
        [node, NODE / "verify.mjs"], input=json.dumps(asked), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_wallet_verifies_a_certificate(credential: Statement, key: PrivateKey) -> None:
    seen = wallet(credential.wire(), key)
    assert seen["claims"] == CREDENTIAL | DISCLOSED
    assert seen["header"] == {"alg": "Ed25519", "kid": credential.kid, "typ": "dc+sd-jwt"}
    assert seen["thumbprint"] == credential.kid


def test_a_wallet_shows_what_its_holder_chose(credential: Statement, key: PrivateKey) -> None:
    """The wallet's own presentation is read here, and is the one that we would have made."""
    presentation = wallet(credential.wire(), key, show=["grade"])["presentation"]
    shown = parse_presentation(presentation)
    assert [(d.name, d.value) for d in shown.disclosures or ()] == [("grade", "merit")]
    assert shown.entry == credential.entry
    assert presentation.encode() == present(credential, ["grade"])


@pytest.mark.parametrize("names", [["marks"], []])
def test_a_wallet_sees_only_what_is_shown(
    credential: Statement, key: PrivateKey, names: list[str]
) -> None:
    seen = wallet(present(credential, names), key)
    assert seen["claims"] == CREDENTIAL | {name: DISCLOSED[name] for name in names}


def test_a_wallet_sees_a_revocation(credential: Statement, key: PrivateKey) -> None:
    assert wallet(credential.wire(), key, revoked=True)["refused"] == "Status is not valid"


def test_a_wallet_refuses_another_key(credential: Statement, key: PrivateKey) -> None:
    other = PrivateKey.from_seed(b"\x02" * 32)
    assert "signature verification failed" in wallet(credential.wire(), other)["refused"]


@pytest.mark.parametrize("place", ["payload", "signature"])
def test_a_wallet_refuses_a_tampered_certificate(
    credential: Statement, key: PrivateKey, place: str
) -> None:
    header, payload, signature = credential.entry.split(b".")
    if place == "payload":
        payload = b64url(b64url_decode(payload).replace(b"000001", b"000002")).encode()
    else:
        signature = b64url(flipped(b64url_decode(signature), 100)).encode()
    tail = credential.wire()[len(credential.entry) :]
    seen = wallet(b".".join([header, payload, signature]) + tail, key)
    assert "signature verification failed" in seen["refused"]


def test_a_wallet_never_sees_a_tampered_disclosure(credential: Statement, key: PrivateKey) -> None:
    """This one drops it without a word, where we refuse: either way it is not believed."""
    merit = next(d for d in disclosures() if d.name == "grade")
    array = strict_json.loads(b64url_decode(merit.encoded))
    forged = b64url(strict_json.dumps([*array[:2], "distinction"])).encode()
    seen = wallet(credential.wire().replace(merit.encoded.encode(), forged), key)
    assert seen["claims"] == CREDENTIAL | {n: v for n, v in DISCLOSED.items() if n != "grade"}
