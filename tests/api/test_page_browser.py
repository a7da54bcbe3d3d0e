"""The page in a real Chromium: typing, choosing a file, dropping one, without a script, printed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ledger.core.statement import Statement
from tests.api.serving import served
from tests.store.stored import StoredWorld, ready
from tests.world import passed_candidate

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.needs("chromium")

NAME = "Wei Example"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DROP = """([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name));
    for (const kind of ["dragenter", "dragover", "drop"])
        document.body.dispatchEvent(
            new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: transfer}));
}"""


class Story:
    """A served ledger with a valid and a revoked certificate."""

    def __init__(self, url: str, valid: Statement, revoked: Statement) -> None:
        self.url = url
        self.valid = valid
        self.revoked = revoked


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    world = ready(StoredWorld(tmp_path_factory.mktemp("browser") / "home"))
    valid, revoked = passed_candidate(world).issue(), passed_candidate(world).issue()
    claims = {"certificate": revoked.claims["certificate"], "revoked_on": world.today,
              "fault": "agency", "found_by": "agency", "code": "issued_in_error"}  # fmt: skip
    world.say("northern", "certificate.revoked", claims)
    with served(world.home) as (url, _):
        yield Story(url, valid, revoked)
    world.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any, story: Story) -> Iterator[Callable[..., Any]]:
    """Open the page in a fresh context; nothing may go wrong in its console."""
    contexts, complaints = [], []

    def open_page(**options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(story.url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def told(page: Any) -> str:
    """The verdict's word, once it is there."""
    return str(page.wait_for_selector(".verdict h1").inner_text())


def type_in(page: Any, number: str, name: str) -> None:
    page.get_by_label("Certificate number").fill(number)
    page.get_by_label("Holder's name").fill(name)
    page.get_by_role("button", name="Check").click()


def test_typing(opened: Callable[..., Any], story: Story) -> None:
    page = opened()
    type_in(page, story.valid.claims["number"], NAME)
    assert told(page) == "Valid"
    assert page.locator(".checks > li").count() == 10
    assert page.url == f"{story.url}/"
    type_in(page, story.revoked.claims["number"], NAME)
    assert told(page) == "Revoked"
    assert page.title().startswith("Revoked")
    type_in(page, story.revoked.claims["number"], "Somebody Else")
    assert told(page) == "Unknown"


def test_dropping_a_file_checks_it_at_once(opened: Callable[..., Any], story: Story) -> None:
    page = opened()
    assert page.get_by_text("or drop it here").is_visible()
    page.get_by_label("Certificate number").fill("something left over")
    page.evaluate(DROP, ["certificate.sd-jwt", story.valid.wire().decode()])
    assert told(page) == "Valid"
    wire = story.valid.wire().decode()
    page.evaluate(DROP, ["certificate.sd-jwt", wire.replace(".", ".A", 1)])
    page.wait_for_selector(".verdict.forged")
    assert told(page) == "Forged"


def test_choosing_a_file(opened: Callable[..., Any], story: Story) -> None:
    page = opened()
    file = {"name": "c.txt", "mimeType": "text/plain", "buffer": story.revoked.wire()}
    page.get_by_label("The certificate's file").set_input_files(file)
    assert told(page) == "Revoked"


def test_everything_works_without_a_script(opened: Callable[..., Any], story: Story) -> None:
    page = opened(java_script_enabled=False)
    assert not page.get_by_text("or drop it here").is_visible()
    type_in(page, story.valid.claims["number"], NAME)
    assert told(page) == "Valid"
    file = {"name": "c.txt", "mimeType": "text/plain", "buffer": story.revoked.wire()}
    page.get_by_label("The certificate's file").set_input_files(file)
    page.get_by_role("button", name="Check").click()
    page.wait_for_selector(".verdict.revoked")
    page.get_by_text("About a day in the past").click()
    page.get_by_label("What held on").fill(story.valid.claims["exam_date"])
    type_in(page, story.valid.claims["number"], NAME)
    page.get_by_text("Day asked about").wait_for()
    assert told(page) == "Unknown"  # it was issued days after the exam


def test_by_keyboard_alone(opened: Callable[..., Any], story: Story) -> None:
    page = opened()
    page.keyboard.press("Tab")  # the product's name
    page.keyboard.press("Tab")
    page.keyboard.type(story.valid.claims["number"])
    page.keyboard.press("Tab")
    page.keyboard.type(NAME)
    page.keyboard.press("Enter")
    assert told(page) == "Valid"


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_nothing_is_cut_off_at_any_width(
    opened: Callable[..., Any], story: Story, width: int
) -> None:
    page = opened(viewport={"width": width, "height": 700})
    type_in(page, story.valid.claims["number"], NAME)
    told(page)
    for details in page.locator(".checks details").all():
        details.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_verdict_prints_on_one_sheet(opened: Callable[..., Any], story: Story) -> None:
    page = opened()
    type_in(page, story.revoked.claims["number"], NAME)
    told(page)
    document = page.pdf(format="A4", prefer_css_page_size=True)
    assert document.count(b"/Type /Page\n") + document.count(b"/Type /Page ") == 1
