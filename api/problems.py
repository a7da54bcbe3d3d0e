"""What a client sees when something is wrong: the one place where errors become problems.

Every error answer is ``application/problem+json`` (RFC 9457). ``type`` is
``https://<origin>/problems/<code>`` and the code is stable; where a rule was broken, ``rule``,
``where``, ``fact`` and ``instead`` say which, at which claim, by which earlier entry, what to do.
Nothing personal and nothing of our own insides is ever told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from werkzeug.exceptions import HTTPException

from ledger.core.errors import CODES, CoreError
from ledger.domain.errors import Refusal
from ledger.domain.presented import NotACertificate
from ledger.domain.rulebook import RULEBOOKS, rules_of
from ledger.domain.verdict import CouldNotTell
from ledger.store.errors import Contradiction, StoreError

MEDIA_TYPE = "application/problem+json"

DOOR: Mapping[str, tuple[int, str]] = {
    "bad-request": (400, "The request is not HTTP as this service understands it."),
    "not-found": (404, "There is nothing at this address."),
    "method-not-allowed": (405, "This address does not answer that method."),
    "body-too-large": (413, "The request's body is larger than this address takes."),
    "too-many-statements": (413, "At most 1,000 statements are taken at once."),
    "unsupported-media-type": (415, "The body is not of a media type that this address takes."),
    "no-statements": (400, "The body holds no statement."),
    "malformed-line": (400, 'A line is not a JSON object {"statement": "…"}.'),
    "reserved-type": (422, "Statements of this type are made by the ledger itself."),
    "identity-number-wrong": (
        422,
        "An identity number of 18 digits has a date, a region and a check digit that agree.",
    ),
    "no-question": (422, "A verification asks by a credential, or by number and holder's name."),
    "date-to-come": (422, "A day in the future cannot be asked about."),
    "not-a-certificate": (422, "What was sent does not look like a certificate."),
    "another-statement": (422, "What was sent is a statement, but no certificate."),
    "could-not-tell": (503, "What is stored contradicts itself; an audit says where."),
    "token-missing": (401, "This shows a person: an access token is needed."),
    "unknown-token": (401, "The access token opens nothing: unknown, expired or revoked."),
    "scope-missing": (403, "The access token does not reach this."),
    "certificate-unknown": (404, "There is no certificate with this id."),
    "student-unknown": (404, "There is no student with this handle."),
    "authority-unknown": (404, "There is no agency with this id."),
    "not-ready": (503, "The service is starting, or cannot reach its database."),
    "internal-error": (500, "The service made a mistake of its own. Nothing was done."),
}  # fmt: skip
"""Codes that this room itself answers with: (HTTP status, meaning)."""

_HTTP = {
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
}
_STATUS = {"too-large": 413, "jti-conflict": 409}
_UNPROCESSABLE = 422
_BAD = 400
_UNAVAILABLE = 503


@dataclass(eq=False)  # not frozen: an exception carries its traceback
class Problem(Exception):
    """An error as a client sees it.

    Attributes:
        status: of the HTTP answer; one line of many carries its own.
        more: further members, such as ``rule`` and ``where``.
        headers: of the HTTP answer.
    """

    code: str
    status: int
    title: str
    detail: str
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, origin: str) -> dict[str, Any]:
        """The problem document."""
        return {
            "type": f"https://{origin}/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **{name: value for name, value in self.more.items() if value not in (None, "")},
        }


def door(
    code: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any
) -> Problem:
    """A problem of :data:`DOOR`."""
    status, title = DOOR[code]
    return Problem(code, status, title, detail or title, more, headers or {})


def problem_of(error: Exception) -> Problem:
    """The problem that an error is to a client; an unforeseen one is ``internal-error``."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refusal):
        return _refused(error)
    if isinstance(error, CoreError):
        title = CODES[error.code]
        return Problem(error.code, _STATUS.get(error.code, _BAD), title, error.detail)
    if isinstance(error, NotACertificate):
        return door(error.code, error.detail)
    if isinstance(error, CouldNotTell | Contradiction):
        return door("could-not-tell", fact=error.position)
    if isinstance(error, StoreError):
        return _store(error)
    if isinstance(error, HTTPException):
        return _http(error)
    return door("internal-error")


def _refused(refusal: Refusal) -> Problem:
    title = rule_titles().get(refusal.rule) or DOOR.get(refusal.code, (0, refusal.detail))[1]
    more = {
        "rule": refusal.rule,
        "where": refusal.where,
        "fact": refusal.fact,
        "instead": refusal.instead,
    }
    status = _STATUS.get(refusal.code, _UNPROCESSABLE)
    return Problem(refusal.code, status, title, refusal.detail, more)


def _store(error: StoreError) -> Problem:
    if error.code in DOOR:
        return door(error.code)
    title = " ".join((type(error).__doc__ or "").split("\n\n")[0].split())
    # The detail names files and clocks of this machine; it is for the operator's log.
    return Problem(error.code, _UNAVAILABLE, title, title, headers={"Retry-After": "1"})


def _http(error: HTTPException) -> Problem:
    status = error.code or 500
    if status >= 500:
        return door("internal-error")
    code = _HTTP.get(status, "bad-request")
    found = door(code)
    valid = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(valid))} if valid else {}
    return Problem(code, found.status, found.title, found.detail, {}, headers)


@cache
def rule_titles() -> Mapping[str, str]:
    """What each numbered rule demands."""
    return {number: text for types in RULEBOOKS.values() for number, _, text in rules_of(types)}
