"""The page ``/`` without a browser: what it says, what it never says, and its headers."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import texts
from api.problems import DOOR
from ledger.core.statement import Statement
from ledger.domain.verdict import CHECKS, RESULTS, WORDS
from tests.store.stored import StoredWorld
from tests.world import passed_candidate

NAME = "Wei Example"


@pytest.fixture
def issued(world: StoredWorld) -> Statement:
    return passed_candidate(world).issue()


class Page(HTMLParser):
    """Elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attrs for name, attrs in self.elements if name == tag]


def ask(client: FlaskClient, **form: Any) -> tuple[int, Page]:
    form = {"number": "", "holder_name": "", "at": "", **form}
    response = client.post("/", data=form, content_type="multipart/form-data")
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, Page(response.text)


def test_a_form_that_works_without_a_script(client: FlaskClient) -> None:
    page = Page(client.get("/").text)
    assert page.all("html")[0]["lang"] == "en"
    (form,) = page.all("form")
    assert (form["method"], form["enctype"]) == ("post", "multipart/form-data")
    names = {one.get("name") for one in page.all("input")}
    assert names == {"number", "holder_name", "file", "at"}
    labelled = {one["for"] for one in page.all("label")}
    assert labelled == {one["id"] for one in page.all("input")}
    described = {one["aria-describedby"] for one in page.all("input")}
    assert described <= {one.get("id") for _, one in page.elements}


def test_nothing_inline_and_nothing_from_elsewhere(client: FlaskClient) -> None:
    response = client.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = Page(response.text)
    for tag, attrs in page.elements:
        assert tag != "style"
        assert "style" not in attrs
        assert not any(name.startswith("on") for name in attrs)
        for name in ("src", "href", "action"):
            assert attrs.get(name, "/").startswith("/")
    assert all(script.get("src") for script in page.all("script"))
    for asset in [one["src"] for one in page.all("script")] + [
        one["href"] for one in page.all("link")
    ]:
        with client.get(asset) as found:
            assert found.status_code == 200
            assert b"http" not in found.data.replace(b"http://www.w3.org/2000/svg", b"")


def test_typed(client: FlaskClient, issued: Statement) -> None:
    status, page = ask(client, number=issued.claims["number"], holder_name=NAME)
    assert status == 200
    assert "This certificate is genuine and valid." in page.text
    for check in CHECKS:
        assert texts.EN[f"check.{check}"] in page.text
    assert issued.claims["number"] in page.text


def test_a_file_and_a_past_day(client: FlaskClient, world: StoredWorld, issued: Statement) -> None:
    day = world.today
    world.pass_days(2)
    claims = {"certificate": issued.claims["certificate"], "suspended_on": world.today,
              "ground": "investigation"}  # fmt: skip
    world.say("northern", "certificate.suspended", claims)
    _, now = ask(client, file=(io.BytesIO(issued.wire()), "a.txt"))
    _, then = ask(client, file=(io.BytesIO(issued.wire()), "a.txt"), at=day)
    assert "is suspended since" in now.text
    assert f"was valid on {day}" in then.text


def test_what_was_asked_stays_out_of_addresses(client: FlaskClient, issued: Statement) -> None:
    response = client.get(f"/?number={issued.claims['number']}&holder_name={NAME}")
    assert issued.claims["number"] not in response.text
    assert "genuine and valid" not in response.text


@pytest.mark.parametrize(
    ("form", "status", "text"),
    [
        ({}, 422, "Give either"),
        ({"number": "A-1"}, 422, "Give either"),
        ({"number": "A-1", "holder_name": "x", "at": "2999-01-01"}, 422, "future"),
        ({"number": "A-1", "holder_name": "x", "at": "yesterday"}, 422, ": at"),
        ({"number": "A-1", "holder_name": "x" * 201}, 422, "holder_name"),
        ({"file": (io.BytesIO(b"%PDF"), "a.pdf")}, 422, "does not look like a certificate"),
        ({"file": (io.BytesIO(b"x" * 500_000), "a.pdf")}, 413, "far larger"),
    ],
)
def test_why_there_is_no_answer(
    client: FlaskClient, form: dict[str, Any], status: int, text: str
) -> None:
    code, page = ask(client, **form)
    assert (code, text in page.text) == (status, True)
    assert {"role": "alert"}.items() <= page.all("section")[0].items()


def test_what_was_typed_comes_back_escaped(client: FlaskClient) -> None:
    hostile = '"><script>alert(1)</script>'
    response = client.post(
        "/", data={"number": hostile, "holder_name": hostile}, content_type="multipart/form-data"
    )
    assert "<script>alert" not in response.text
    assert "alert(1)" in response.text
    _, again = ask(client, number=hostile)
    assert again.all("input")[0]["value"] == hostile


def test_an_own_mistake_is_a_page_too(
    client: FlaskClient, world: StoredWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> None:
        raise RuntimeError("Wei Example")

    monkeypatch.setattr(world.ledger, "reading", failing)
    status, page = ask(client, number="A-1", holder_name="x")
    assert status == 500
    assert "Something went wrong" in page.text
    assert "Wei Example" not in page.text


def test_the_catalogue_has_a_text_for_everything() -> None:
    for name, catalogue in texts.LANGUAGES.items():
        assert re.fullmatch(r"[a-z]{2}", name)
        assert catalogue.keys() == texts.EN.keys()
        assert {f"word.{word}" for word in WORDS} <= catalogue.keys()
        assert {f"check.{check}" for check in CHECKS} <= catalogue.keys()
        assert {f"result.{result}" for result in RESULTS} <= catalogue.keys()
        problems = {key.removeprefix("problem.") for key in catalogue if key.startswith("problem.")}
        assert problems - {"other", "invalid-value"} <= DOOR.keys()
