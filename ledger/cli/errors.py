"""The one exception family that leaves this room: a line for a person, and an exit code.

Exit codes: 0 yes, done or valid; 1 no; 2 could not tell, could not be done, or wrong usage.
"""

import click

NO = 1
COULD_NOT = 2


class Failure(click.ClickException):
    """Something expected stood in the way; the program ends with exit code 2.

    Args:
        what: what was wrong and where, in words for the person at the terminal.
        instead: what to do about it, if that is known.
    """

    exit_code = COULD_NOT

    def __init__(self, what: str, instead: str = "") -> None:
        self.what = what
        self.instead = instead
        super().__init__(f"{what}. {instead}." if instead else what)
