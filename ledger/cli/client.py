"""A party's way to a ledger over HTTP: one kept-alive connection, deadlines, clear errors.

Sending statements again is safe: the same bytes give the same receipt. So a lost connection, a busy
ledger and a ledger that is just starting are waited out, with growing pauses.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import urllib3

from ledger.cli.errors import Failure
from ledger.cli.outbox import Answer

MAX_BATCH = 1000  # statements in one request
ATTEMPTS = 8
FIRST_PAUSE = 0.25  # seconds; doubled each time
LONGEST_PAUSE = 8.0
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 120.0
_WORTH_WAITING = frozenset({429, 502, 503, 504})


class Unreachable(Failure):
    """No answer, or none that a ledger gives, after several attempts."""


class Declined(Failure):
    """The ledger answered the request as a whole with a problem (RFC 9457), kept in `problem`."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = dict(problem)
        super().__init__(f"the ledger declined ({status}): {words(problem)}")


def words(problem: Mapping[str, Any]) -> str:
    """What a problem says, in one line."""
    code = str(problem.get("type", "")).rpartition("/")[2]
    parts = [str(problem[name]) for name in ("detail", "instead") if problem.get(name)]
    text = "; ".join(parts) or str(problem.get("title", "no reason given"))
    return f"{code}: {text}" if code else text


class LedgerClient:
    """A ledger at a URL.

    Args:
        url: where it is served; a path is kept.
        token: access token, for what shows persons.
        attempts: before it gives up.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        attempts: int = ATTEMPTS,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        parsed = urllib3.util.parse_url(url)
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise Failure(f"{url!r} is no address of a ledger", "Use one like https://host[:port]")
        self.url = url.rstrip("/")
        self._attempts = attempts
        self._sleep = sleep
        self._headers = {"user-agent": "certledger"}
        if token:
            self._headers["authorization"] = f"Bearer {token}"
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=4)

    def submit(self, wires: Sequence[bytes]) -> list[Answer]:
        """Send up to 1,000 statements; answer i is for statement i.

        Returns:
            One dict a statement: `{"receipt": {"position", "leaf", …}}` or `{"problem": {…}}`.

        Raises:
            Unreachable: no answer; whether they were admitted is unknown, and sending again tells.
            Declined: the request as a whole was refused; nothing was admitted.
        """
        assert len(wires) <= MAX_BATCH, f"at most {MAX_BATCH} statements in one request"
        body = b"".join(b'{"statement":"%s"}\n' % wire for wire in wires)
        headers = {"content-type": "application/jsonl", "accept": "application/jsonl"}
        response = self._request("POST", "/v1/statements", body, headers)
        answers = [_object(line) for line in response.data.splitlines() if line]
        if len(answers) != len(wires) or not all(map(_is_answer, answers)):
            raise Unreachable(f"{self.url} does not answer as a ledger does")
        return answers

    def verify(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The verdict on `{"credential": …}` or `{"number": …, "holder_name": …}`."""
        body = json.dumps(question, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"}
        return _object(self._request("POST", "/v1/verifications", body, headers).data)

    def checkpoint(self) -> str:
        """The ledger's latest checkpoint, a signed note; unopened."""
        return self._request("GET", "/checkpoint").data.decode("utf-8", "replace")

    def get(self, path: str) -> dict[str, Any]:
        """What a GET of a JSON resource, such as `/v1/certificates/<id>`, answers."""
        return _object(self._request("GET", path).data)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> urllib3.BaseHTTPResponse:
        reason = ""
        for pause in _pauses(self._attempts):
            try:
                response = self._pool.request(
                    method,
                    self.url + path,
                    body=body,
                    headers={**self._headers, **(headers or {})},
                    redirect=False,
                )
            except urllib3.exceptions.HTTPError as error:
                reason = _reason(error)
            else:
                if response.status not in _WORTH_WAITING:
                    return _accepted(response)
                reason = f"{response.status} {words(_problem(response))}"
            self._sleep(pause)
        raise Unreachable(f"{self.url} cannot be reached: {reason}", "Try again later")


def _pauses(attempts: int) -> Iterator[float]:
    """Seconds to wait after each attempt, none after the last."""
    for attempt in range(attempts - 1):
        yield min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
    yield 0.0


def _accepted(response: urllib3.BaseHTTPResponse) -> urllib3.BaseHTTPResponse:
    if 200 <= response.status < 300:
        return response
    raise Declined(response.status, _problem(response))


def _problem(response: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    try:
        return _object(response.data)
    except Unreachable:
        return {"title": "no reason given"}


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        value = None
    if type(value) is not dict:
        raise Unreachable("the answer is not the JSON object that a ledger gives")
    return value


def _is_answer(line: Answer) -> bool:
    return isinstance(line.get("receipt"), dict) or isinstance(line.get("problem"), dict)


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "no such host"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "nobody answers there"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "no answer in time"
    return type(error).__name__
