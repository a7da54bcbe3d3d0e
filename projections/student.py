"""A student's archive: everything that schools and agencies have stated about one person.

Public facts come from the archive and certificates views; names, marks, grades and remarks are
opened from the vault for the one who asks. Whoever calls this has made sure that the asker may see
it.
"""

from __future__ import annotations

from typing import Any

from ledger.domain.records import Session, key_of
from ledger.store.sqlite.views import ViewRows
from ledger.store.view import View as Moment
from projections.certificates import certificates_of


def archive(moment: Moment, rows: ViewRows, handle: str) -> dict[str, Any] | None:
    """The archive of a student's public handle, or ``None`` where nobody is enrolled under it.

    What was erased is said to be so: ``erased`` is true, and personal values are ``None``.
    """
    found = rows.select("SELECT * FROM students WHERE student = ?", handle)
    if not found:
        return None
    enrolled = dict(found[0])
    person = _opened(moment, enrolled["position"])
    registrations = [
        _registration(moment, rows, ident) for ident in moment.registrations_of(handle)
    ]
    return {
        "student": handle,
        "school": enrolled["school"],
        "position": enrolled["position"],
        "erased": person is None,
        "name": (person or {}).get("name"),
        "born_on": (person or {}).get("born_on"),
        "registrations": [one for one in registrations if one is not None],
    }


def _opened(moment: Moment, position: int) -> dict[str, Any] | None:
    """Disclosed values by name, ``None`` after erasure."""
    disclosures = moment.opened(position)
    return None if disclosures is None else {one.name: one.value for one in disclosures}


def _registration(moment: Moment, rows: ViewRows, ident: str) -> dict[str, Any] | None:
    found = rows.select("SELECT * FROM registrations WHERE registration = ?", ident)
    if not found:
        return None  # the view is behind the log, and will have it soon
    facts = dict(found[0])
    session = moment.record(key_of(Session, facts["session"]))
    assert isinstance(session, Session), "a registration was admitted without its session"
    return {
        "registration": ident,
        "position": facts["position"],
        "session": facts["session"],
        "agency": session.agency,
        "certificate_type": session.certificate_type,
        "level": session.level,
        "exam_date": session.held_on or session.exam_date,
        "attempt": facts["attempt"],
        "registered_on": facts["registered_on"],
        "scores": _scores(moment, rows, ident),
        "result": _result(moment, rows, ident),
        "certificates": certificates_of(rows, ident),
    }


def _scores(moment: Moment, rows: ViewRows, ident: str) -> list[dict[str, Any]]:
    query = "SELECT * FROM scores WHERE registration = ? ORDER BY effect"
    return [
        {
            "part": row["part"],
            "assessed_on": row["assessed_on"],
            "position": row["position"],
            "mark": (_opened(moment, row["position"]) or {}).get(f"mark.{row['part']}"),
        }
        for row in rows.select(query, ident)
    ]


def _result(moment: Moment, rows: ViewRows, ident: str) -> dict[str, Any] | None:
    found = rows.select("SELECT * FROM results WHERE registration = ?", ident)
    if not found:
        return None
    facts = dict(found[0])
    disclosed = _opened(moment, facts["position"]) or {}
    return {
        "outcome": facts["outcome"],
        "standard": facts["standard"],
        "version": facts["version"],
        "determined_on": facts["determined_on"],
        "position": facts["position"],
        "grade": disclosed.get("grade"),
        "remark": disclosed.get("remark"),
    }
