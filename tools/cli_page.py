"""docs/cli.md, made from what click itself knows of the commands."""

import inspect
from collections.abc import Iterator

import click

from tools.markdown import cell, code, table

INTRO = """# The command `certledger`

Made by `make docs` from the program itself; do not edit. Every command also has `--help`.
Exit codes are 0 for yes, done or valid, 1 for no, and 2 for "could not tell" or wrong usage.
"""


def children(context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """The commands that a group shows, by name."""
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield name, child


def walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[click.Context, str]]:
    """Each command below `command`, itself first: its context and its full name."""
    context = click.Context(command, info_name=path[-1])
    yield context, " ".join(path)
    for name, child in children(context):
        yield from walk(child, (*path, name))


def _names(parameter: click.Parameter) -> str:
    names = ", ".join((*parameter.opts, *parameter.secondary_opts))
    if isinstance(parameter, click.Option) and not parameter.is_flag and not parameter.count:
        names += f" {parameter.make_metavar(click.Context(click.Command('x')))}"
    return code(names)


def _about(option: click.Option) -> str:
    extra = option.get_help_extra(click.Context(click.Command("x")))
    notes = []
    if option.required:
        notes.append("required")
    if option.envvar:
        notes.append(f"environment: {code(option.envvar)}")
    if option.multiple:
        notes.append("may be repeated")
    if "default" in extra:
        notes.append(f"default: {code(extra['default'].strip('()'))}")
    text = cell(option.help or "")
    return f"{text} ({'; '.join(notes)})" if notes else text


def _section(context: click.Context, name: str) -> str:
    command = context.command
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    help_text = inspect.cleandoc(command.help or "").partition("\f")[0].replace("\b\n", "")
    parts = [f"## {name}\n", f"{help_text}\n", f"```text\n{usage}\n```\n"]
    shown = [(code(child), cell(one.get_short_help_str(200))) for child, one in children(context)]
    parts.append(table(("command", "does"), shown))
    parts.append(table(("option", "meaning"), [(_names(one), _about(one)) for one in options]))
    return "\n".join(part for part in parts if part)


def cli_page(main: click.Command) -> str:
    """The whole page."""
    sections = [_section(context, name) for context, name in walk(main, ("certledger",))]
    return "\n".join([INTRO, *sections])
