"""A few lines of Markdown: tables, code spans, and the shell blocks of a page."""

import re
from collections.abc import Iterable, Iterator, Sequence

FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = {"sh", "shell", "bash", "console"}


def code(text: object) -> str:
    """A code span that survives a table cell."""
    return "`" + str(text).replace("|", "\\|") + "`"


def cell(text: object) -> str:
    """Text on one line, safe inside a table."""
    return re.sub(r"\s+", " ", str(text)).strip().replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, or nothing where there are no rows."""
    body = ["| " + " | ".join(row) + " |" for row in rows]
    if not body:
        return ""
    top = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(top + body) + "\n"


def shell_lines(page: str) -> Iterator[str]:
    """Command lines of the shell blocks: lines joined, prompts and comments dropped."""
    for block in FENCE.finditer(page):
        if block["language"] in SHELL:
            for line in block["body"].replace("\\\n", " ").splitlines():
                command = line.strip().removeprefix("$ ")
                if command and not command.startswith("#"):
                    yield command
