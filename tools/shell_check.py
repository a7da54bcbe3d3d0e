"""Are the commands that a page tells people to type commands that exist?"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from tools.markdown import shell_lines

TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def make_targets(makefile: Path) -> set[str]:
    """Names of the Makefile's targets."""
    return set(TARGET.findall(makefile.read_text()))


def _option_names(command: click.Command) -> set[str]:
    names = {"--help"}
    for parameter in command.params:
        names |= {*parameter.opts, *parameter.secondary_opts}
    return names


def _takes_value(command: click.Command, word: str) -> bool:
    for parameter in command.params:
        if word in parameter.opts and isinstance(parameter, click.Option):
            return not (parameter.is_flag or parameter.count)
    return False


def certledger_complaint(main: click.Command, words: list[str]) -> str | None:
    """What is wrong with `certledger WORDS`, or None. Values are not judged, names are."""
    command, context = main, click.Context(main)
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name = word.partition("=")[0]
        if word in {"|", "&&", ";", ">", ">>", "<", "&"}:
            return None
        if name.startswith("-") and name != "-":
            if name not in _option_names(command):
                return f"no option {name} of {command.name}"
            if "=" not in word and _takes_value(command, name) and rest:
                rest.pop(0)
        elif isinstance(command, click.Group):
            found = command.get_command(context, word)
            if found is None:
                return f"no command {word!r} in {command.name}"
            command, context = found, click.Context(found)
    return None


def complaints(page: str, main: click.Command, targets: set[str]) -> Iterator[str]:
    """One sentence for each line that names what is not there."""
    for line in shell_lines(page):
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        if not words:
            continue
        if words[0].rpartition("/")[2] == "certledger":
            complaint = certledger_complaint(main, words[1:])
            if complaint:
                yield f"{line}: {complaint}"
        elif words[0] == "make":
            wanted = {word for word in words[1:] if not word.startswith("-") and "=" not in word}
            for target in sorted(wanted - targets):
                yield f"{line}: the Makefile has no target {target!r}"
