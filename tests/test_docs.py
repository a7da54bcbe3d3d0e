"""The pages say what the program does, and the checker would notice if they did not."""

from pathlib import Path

import click
import pytest

from ledger.domain.rulebook import RULEBOOKS, VERSION_1
from tools import docs_check
from tools.cli_page import cli_page, walk
from tools.domain_pages import rules_page, statements_page
from tools.problem_page import codes, problems_page
from tools.shell_check import complaints, make_targets

ROOT = Path(__file__).parents[1]


@click.group(name="tool")
def tool() -> None:
    """A tool."""


@tool.command()
@click.argument("folder")
@click.option("--depth", type=int, default=3, show_default=True, envvar="DEPTH", help="How deep.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def look(folder: str, depth: int, as_json: bool) -> None:
    """Looks into FOLDER."""


@tool.command(hidden=True)
def secret() -> None:
    """Not documented."""


def complaints_about(line: str) -> list[str]:
    page = f"Text.\n\n```sh\n{line}\n```\n"
    return list(complaints(page, tool, {"install", "demo"}))


def test_the_pages_say_what_the_program_does() -> None:
    assert docs_check.findings() == []


def test_a_changed_page_is_noticed(tmp_path: Path) -> None:
    """Each generated page with one line less, and one that is missing, is named."""
    (tmp_path / "docs").mkdir()
    docs_check.write(tmp_path)
    assert list(docs_check.stale(tmp_path)) == []
    for name in docs_check.GENERATED:
        page = tmp_path / name
        text = page.read_text()
        page.write_text(text[: text.rindex("\n", 0, -1)])
        (found,) = docs_check.stale(tmp_path)
        assert name in found
        page.unlink()
        assert len(list(docs_check.stale(tmp_path))) == 1
        page.write_text(text)


def test_a_dead_link_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    page = tmp_path / "README.md"
    page.write_text("[a](docs) [b](docs/gone.md#part) [c](https://example.org/x) [d](#here)\n")
    assert list(docs_check.dead_links(tmp_path)) == ["README.md: nothing at docs/gone.md"]


@pytest.mark.parametrize(
    "line",
    [
        "certledger look here --depth 4 --json",
        "$ certledger look --depth=4 here | less --anything",
        "DEPTH=4 .venv/bin/certledger look here",
        "certledger look \\\n  --json here",
        "make install demo PYTHON=python3.12",
        "# certledger nothing",
        "curl --data @file http://localhost/",
        "certledger --help",
    ],
)
def test_what_exists_may_be_named(line: str) -> None:
    assert complaints_about(line) == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("certledger peek here", "no command 'peek' in tool"),
        ("certledger look here --deep 4", "no option --deep of look"),
        ("certledger look --deep=4", "no option --deep of look"),
        ("certledger look \\\n --deep", "no option --deep of look"),
        ("certledger --json look", "no option --json of tool"),
        ("make install test", "the Makefile has no target 'test'"),
    ],
)
def test_what_does_not_exist_is_noticed(line: str, complaint: str) -> None:
    (found,) = complaints_about(line)
    assert complaint in found


def test_only_shell_blocks_are_judged() -> None:
    assert not list(complaints("certledger peek\n\n```text\ncertledger peek\n```\n", tool, set()))


def test_the_command_page_has_every_command_and_option() -> None:
    page = cli_page(tool)
    assert [name for _, name in walk(tool, ("certledger",))] == ["certledger", "certledger look"]
    assert "## certledger look" in page
    assert "`--depth INTEGER`" in page
    assert "How deep. (environment: `DEPTH`; default: `3`)" in page
    assert "`--json` | For programs." in page
    assert "FOLDER" in page
    assert "secret" not in page


def test_every_statement_type_field_and_disclosure_is_documented() -> None:
    page = statements_page()
    for kind in VERSION_1.values():
        section = page.partition(f"## {kind.name}\n")[2].partition("\n## ")[0]
        assert kind.doc in section
        for field in kind.fields:
            assert f"| `{field.name}` | {'required' if field.required else 'optional'} |" in section
        for field in kind.disclosed:
            assert f"| `{field.name}` | " in section
            assert "disclosed" in section


def test_every_rule_is_documented_with_its_number() -> None:
    page = rules_page()
    rules = {
        (rule.number, rule.code, rule.text)
        for kind in VERSION_1.values()
        for rule in (*kind.rules, *kind.disclosed_rules)
    }
    assert len(rules) > 50
    for number, code, text in rules:
        assert f'<a id="{number.lower()}"></a>{number} | `{code}` | {text} |' in page


@pytest.mark.parametrize("version", sorted(RULEBOOKS))
def test_a_number_means_one_rule(version: int) -> None:
    """A finding that says P61 must leave no doubt which rule was broken."""
    seen: dict[str, tuple[str, str]] = {}
    for kind in RULEBOOKS[version].values():
        for rule in (*kind.rules, *kind.disclosed_rules):
            assert seen.setdefault(rule.number, (rule.code, rule.text)) == (rule.code, rule.text)


def test_every_problem_has_one_anchor() -> None:
    page = problems_page()
    for code in codes():
        assert page.count(f'<a id="{code}"></a>') == 1, code


def test_make_targets_are_read_from_the_makefile() -> None:
    targets = make_targets(ROOT / "Makefile")
    assert {"install", "demo", "test", "check", "bench", "soak", "docs-check"} <= targets
