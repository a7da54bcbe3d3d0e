"""``/``: a person types a number and a name, or gives a file, and reads the verdict.

Server-rendered and whole without JavaScript. What is asked travels in a POST body, never in an
address, and the answer is kept by no cache.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, render_template, request
from marshmallow import ValidationError

from api.fields import first_problem
from api.openapi import log_failure
from api.problems import Problem, problem_of
from api.service import service
from api.texts import LANGUAGES
from api.verifications import QUESTION, answer, uploaded
from ledger.domain.dates import civil_date

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

blueprint = Blueprint("page", __name__)


class Texts:
    """The texts of one language, for the template."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = LANGUAGES[language]

    def __call__(self, key: str, **facts: object) -> str:
        """The text ``key``, filled with ``facts``."""
        return self._texts[key].format_map(facts)

    def problem(self, problem: Problem) -> str:
        """What a person is told of a problem."""
        key = f"problem.{problem.code}"
        return self(key if key in self._texts else "problem.other", where=problem.more.get("where"))


@blueprint.get("/")
def ask() -> Response:
    """Show the form."""
    return _page(200)


@blueprint.post("/")
def told() -> Response:
    """Show the verdict."""
    g.asked = uploaded()
    try:
        question = QUESTION.load(g.asked)
    except ValidationError as error:
        raise first_problem(error.messages, number=False) from None
    return _page(200, verdict=answer(service(), question), asked=g.asked)


@blueprint.errorhandler(Exception)
def why_not(error: Exception) -> Response:
    """Show why there is no verdict: a person gets a page, whatever it is."""
    problem = problem_of(error)
    log_failure(problem, error)
    return _page(problem.status, problem=problem, asked=g.get("asked", {}))


def _page(status: int, **facts: Any) -> Response:
    language = request.accept_languages.best_match(list(LANGUAGES)) or "en"
    today = civil_date(service().now())
    text = render_template("verify.html", text=Texts(language), today=today, **facts)
    response = Response(text, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = language
    return response
