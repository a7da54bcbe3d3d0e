"""``create_app``: the one place where the service is put together.

Nothing is wired at import time. Call it in the process that serves, after any fork: an open SQLite
connection must not be carried over one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response

from api import authorities, certificates, health, log, page, statements, students, verifications
from api.openapi import make_api
from api.service import EXTENSION, Service
from api.statement_schemas import make_schemas
from ledger.store.ledger import Ledger
from ledger.store.sqlite.views import ViewsFile
from ledger.store.tokens import Tokens

HOME = "CERTLEDGER_HOME"
DEFAULT_HOME = "var"
MAX_BODY = 16_777_216

BLUEPRINTS = (
    statements.blueprint,
    verifications.blueprint,
    certificates.blueprint,
    students.blueprint,
    authorities.blueprint,
    log.blueprint,
    health.blueprint,
)


def create_app(
    home: str | os.PathLike[str] | None = None,
    ledger: Ledger | None = None,
    *,
    tokens: Tokens | None = None,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """The application of one ledger.

    Args:
        home: its folder; by default ``$CERTLEDGER_HOME``, else ``./var``.
        ledger: an open ledger, instead of opening ``home``; its owner closes it.
        tokens: access tokens, instead of those of the home folder.
        clock: seconds since 1970.

    Raises:
        StoreError: there is no ledger, or it cannot be opened.
    """
    if ledger is None:
        ledger = Ledger.open(Path(home or os.environ.get(HOME) or DEFAULT_HOME), clock=clock)
    if tokens is None:
        tokens = Tokens(ledger.home.access, clock=clock)
    # Only what is named is served from the package: no user's folder, no instance folder.
    app = Flask("api", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.compact = True  # type: ignore[attr-defined]
    views = ViewsFile(ledger.home.views)
    app.extensions[EXTENSION] = Service(ledger, tokens, clock, make_schemas(), views)
    api = make_api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(page.blueprint)
    app.after_request(_guard)
    return app


def _guard(response: Response) -> Response:
    """Headers that every answer has."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
