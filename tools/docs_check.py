"""Do the pages say what the program does?

    python -m tools.docs_check           exit 1 and say what differs
    python -m tools.docs_check --write   write the generated pages again

Generated pages must equal what the program would write today. Hand-kept pages may only name
commands, options, Makefile targets and files that exist.
"""

import difflib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ledger.cli.main import main as certledger
from tools.cli_page import cli_page
from tools.domain_pages import rules_page, statements_page
from tools.problem_page import problems_page
from tools.shell_check import complaints, make_targets

ROOT = Path(__file__).parents[1]
GENERATED: dict[str, Callable[[], str]] = {
    "docs/cli.md": lambda: cli_page(certledger),
    "docs/statements.md": statements_page,
    "docs/rules.md": rules_page,
    "docs/problems.md": problems_page,
}
LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#\s]+)(?:#[^)]*)?\)")


def pages(root: Path) -> list[Path]:
    """Every Markdown page of the repository that people read."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def stale(root: Path) -> Iterator[str]:
    """A short diff for each generated page that is not what would be written."""
    for name, make in GENERATED.items():
        there = (root / name).read_text() if (root / name).exists() else ""
        diff = difflib.unified_diff(
            there.splitlines(), make().splitlines(), name, f"{name} as the program has it", n=0
        )
        lines = list(diff)
        if lines:
            yield "\n".join([*lines[:12], "run `make docs`"])


def dead_links(root: Path) -> Iterator[str]:
    """Links of a page to a file that is not there."""
    for page in pages(root):
        for link in LINK.finditer(page.read_text()):
            if not (page.parent / link["target"]).exists():
                yield f"{page.relative_to(root)}: nothing at {link['target']}"


def dead_commands(root: Path) -> Iterator[str]:
    """Lines of a shell block that name a command, option or target that does not exist."""
    targets = make_targets(root / "Makefile")
    for page in pages(root):
        for complaint in complaints(page.read_text(), certledger, targets):
            yield f"{page.relative_to(root)}: {complaint}"


def findings(root: Path = ROOT) -> list[str]:
    """Everything in which the pages and the program differ."""
    return [*stale(root), *dead_links(root), *dead_commands(root)]


def write(root: Path = ROOT) -> None:
    """Write the generated pages."""
    for name, make in GENERATED.items():
        (root / name).write_text(make())


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        write()
    found = findings()
    print("\n\n".join(found) or "The pages say what the program does.")
    sys.exit(bool(found))
