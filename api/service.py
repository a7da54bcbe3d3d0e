"""What the routes work with, put together once by ``create_app`` and kept on the application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import current_app
from marshmallow import Schema

from ledger.store.ledger import Ledger
from ledger.store.sqlite.views import ViewsFile
from ledger.store.tokens import Tokens

EXTENSION = "certificate-ledger"


@dataclass(frozen=True)
class Service:
    """The open ledger and what belongs to it.

    Attributes:
        tokens: who may see persons.
        clock: seconds since 1970; asked once a request.
        schemas: of the statements that may be sent, by type.
        views: tables of the projections.
        decoys: a certificate to look at where none has the number asked for.
    """

    ledger: Ledger
    tokens: Tokens
    clock: Callable[[], float]
    schemas: Mapping[str, Schema]
    views: ViewsFile
    decoys: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """The ledger's permanent name, part of every ``type`` and ``iss``."""
        return self.ledger.config.origin

    def close(self) -> None:
        """Close tokens and views; whoever opened the ledger closes that."""
        self.tokens.close()
        self.views.close()

    def now(self) -> int:
        """This instant in whole seconds."""
        return int(self.clock())


def service() -> Service:
    """The service of the application that answers the present request."""
    found: Service = current_app.extensions[EXTENSION]
    return found
