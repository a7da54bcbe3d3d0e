"""What is going to be stated, before anything is signed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class Planned(NamedTuple):
    """One statement to come.

    Attributes:
        party: who states it.
        type: of the statement.
        claims: its public claims without the envelope.
        subject: registration or student that the disclosures are about; with a disclosure's name
            it fixes the salt, so that naming both again repeats the disclosure byte for byte.
        disclosed: names and values to disclose.
        approved_by: party whose consent follows at once.
    """

    party: str
    type: str
    claims: Mapping[str, Any]
    subject: str = ""
    disclosed: Sequence[tuple[str, Any]] = ()
    approved_by: str | None = None

    @property
    def types(self) -> tuple[str, ...]:
        """Types of the statements that come of it, in order."""
        return (self.type,) if self.approved_by is None else (self.type, "approved")


def chunks(plan: Iterable[Planned], size: int) -> Iterator[list[Planned]]:
    """The plan in portions of at most `size` statements; a consent stays with what it is for."""
    chunk: list[Planned] = []
    room = size
    for planned in plan:
        need = len(planned.types)
        if need > room:
            yield chunk
            chunk, room = [], size
        chunk.append(planned)
        room -= need
    if chunk:
        yield chunk
