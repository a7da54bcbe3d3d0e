"""flask-smorest's ``Api`` with this house's errors, and the OpenAPI document."""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app
from flask_smorest import Api

from api.components import COMPONENTS
from api.fields import properties_of
from api.problems import MEDIA_TYPE, Problem, problem_of
from api.service import service
from api.statement_schemas import openapi_schemas

SETTINGS = {
    "API_TITLE": "Certificate Ledger",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/",
}

log = logging.getLogger("certledger.api")


class ProblemApi(Api):  # type: ignore[misc]
    """Answers every error as a problem, and documents it so."""

    def _register_error_handlers(self) -> None:
        # All errors, not HTTP's only: nothing may reach the server's own error page.
        self._app.register_error_handler(Exception, answer_error)

    def _register_responses(self) -> None:
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for status in HTTPStatus:
            response = {"description": status.phrase, "content": content}
            self.spec.components.response(status.name, response, lazy=True)
        default = {"description": "A problem (RFC 9457)", "content": content}
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, default, lazy=True)


def answer_error(error: Exception) -> Response:
    """The problem that an error is, as an HTTP answer."""
    problem = problem_of(error)
    log_failure(problem, error)
    return problem_response(problem)


def log_failure(problem: Problem, error: Exception) -> None:
    """Tell the operator of what is not the client's fault."""
    if problem.status >= 500:
        log.error("%s: %s", problem.code, whereabouts(error))


def whereabouts(error: Exception) -> str:
    """Type and places of an error, without its message, which may quote what somebody sent."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"


def problem_response(problem: Problem) -> Response:
    """A problem as an HTTP answer."""
    text = current_app.json.dumps(problem.body(service().origin))
    response = Response(text, status=problem.status, mimetype=MEDIA_TYPE)
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def make_api(app: Flask) -> ProblemApi:
    """The API of an application; its components are registered, its blueprints are not."""
    app.config.update(SETTINGS)
    api = ProblemApi(app)
    api.ma_plugin.converter.add_attribute_function(properties_of)
    components: dict[str, dict[str, Any]] = {**COMPONENTS, **openapi_schemas()}
    for name, schema in components.items():
        api.spec.components.schema(name, schema)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    return api
