"""Reading the projections' tables, in one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.problems import door
from api.service import Service
from ledger.store.sqlite.views import ViewRows
from projections.view import View


@contextmanager
def view_rows(found: Service, *views: View) -> Iterator[ViewRows]:
    """The rows of these views.

    Raises:
        Problem: one of them is not made yet, or by another version of its fold.
    """
    with found.views.reading() as rows:
        known = rows.progress()
        for view in views:
            if view.name not in known or known[view.name].version != view.version:
                raise door("not-ready", "the views are being made; try again in a moment")
        yield rows
