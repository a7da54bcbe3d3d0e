"""For any WSGI server: ``wsgi:app`` is a factory, to be called in the process that serves."""

from flask import Flask

from api.app import create_app


def app() -> Flask:
    """The application of the ledger in ``$CERTLEDGER_HOME`` (default ``./var``)."""
    return create_app()
