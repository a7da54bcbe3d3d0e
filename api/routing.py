"""Blueprints whose routes say in one place how they are called and how they are documented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

F = TypeVar("F", bound=Callable[..., ResponseReturnValue])


class Routes(Blueprint):  # type: ignore[misc]
    """A flask-smorest blueprint with typed route decorators."""

    def on(self, method: str, path: str, summary: str, **doc: Any) -> Callable[[F], F]:
        """Route ``method path``; ``doc`` is the rest of the OpenAPI operation."""

        def decorate(view: F) -> F:
            documented = self.doc(summary=summary, **doc)(view)
            routed: F = self.route(path, methods=[method])(documented)
            return routed

        return decorate


def ref(name: str) -> dict[str, str]:
    """A reference to a schema of the OpenAPI document."""
    return {"$ref": f"#/components/schemas/{name}"}


def answers(status: int, description: str, schema: Any, kind: str = "application/json") -> Any:
    """One documented answer."""
    return {str(status): {"description": description, "content": {kind: {"schema": schema}}}}
