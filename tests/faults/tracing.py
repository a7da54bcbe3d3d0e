"""What a traced server did, in the order in which the kernel saw it.

The answer is sent by other threads than those that write, so the order of one thread's calls would
prove nothing. strace is one observer of them all: it lets a process go on only when it has written
down where it stopped. So a call that ended on an earlier line had ended before one that begins on a
later line began, whichever threads they were of.

    1234 fsync(9</home/ledger.db-wal>) = 0
    1234 pwrite64(9</home/ledger.db-wal>, "…"..., 24, 0 <unfinished ...>
    1235 writev(28<TCP:[127.0.0.1:80->127.0.0.1:9]>, [{iov_base="HTTP/1.1 200 OK\r\n…
    1234 <... pwrite64 resumed>)              = 24
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

SYNCS = ("fsync", "fdatasync")
FILE_WRITES = ("pwrite64", "pwritev", "pwritev2")
RECEIVES = ("read", "recvfrom", "recvmsg", "readv")
SENDS = ("write", "writev", "sendto", "sendmsg")
WRAPPER = (
    "strace",
    "--daemonize",  # the server stays our own child
    "--follow-forks",
    "--seccomp-bpf",  # only these calls are slowed down
    "--decode-fds=all",
    "--string-limit=64",
    "--quiet=all",
    f"--trace={','.join((*SYNCS, *FILE_WRITES, *RECEIVES, *SENDS))}",
)
"""Words before a command to trace it; `--output=FILE` is still missing."""

_LINE = re.compile(r"(\d+) +(.*)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
_UNFINISHED = " <unfinished ...>"
_CALL = re.compile(r"(\w+)\(\d+<((?:TCP|TCPv6):\[.*?\]|[^>]*)>(.*)")
_RESULT = re.compile(r"\) += (-?\d+)")


class Call(NamedTuple):
    """One end of a system call on a file or a connection.

    Attributes:
        what: ``asked`` (a request came in), ``wrote``, ``synced``, ``answered``; each when it had
            ended, but an answer when it began.
        where: path of the file, or the connection.
        text: the rest of the line.
    """

    what: str
    where: str
    text: str


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls that matter, of all threads, in their order."""
    begun: dict[str, str] = {}
    for line in lines:
        matched = _LINE.match(line)
        if matched is None:
            continue
        thread, text = matched.groups()
        resumed = _RESUMED.match(text)
        if resumed is not None:
            yield from _ended(begun.pop(thread, "") + resumed[1])
        elif text.endswith(_UNFINISHED):
            begun[thread] = text.removesuffix(_UNFINISHED)
            yield from _begun(begun[thread])
        else:
            yield from _begun(text)
            yield from _ended(text)


def _begun(text: str) -> Iterator[Call]:
    matched = _CALL.match(text)
    if matched is not None:
        name, where, rest = matched.groups()
        if name in SENDS and where.startswith("TCP") and '"HTTP/1.1 ' in rest:
            yield Call("answered", where, rest)


def _ended(text: str) -> Iterator[Call]:
    matched, result = _CALL.match(text), _RESULT.search(text)
    if matched is None or result is None or int(result[1]) < 0:
        return
    name, where, rest = matched.groups()
    if name in SYNCS:
        yield Call("synced", where, rest)
    elif name in FILE_WRITES:
        yield Call("wrote", where, rest)
    elif name in RECEIVES and where.startswith("TCP") and '"POST ' in rest:
        yield Call("asked", where, rest)


class Exchange(NamedTuple):
    """One request, from when it came in until the answer begins to go out."""

    status: int
    between: list[Call]


def exchanges(found: Iterable[Call]) -> Iterator[Exchange]:
    """The POST requests of a server that is asked one thing at a time."""
    connection, between = "", list[Call]()
    for call in found:
        if call.what == "asked":
            assert not connection, "asked twice at a time"
            connection, between = call.where, []
        elif call.what == "answered" and call.where == connection:
            yield Exchange(int(call.text.split('"HTTP/1.1 ')[1][:3]), between)
            connection = ""
        elif connection:
            between.append(call)


def unsynced(between: Iterable[Call]) -> set[str]:
    """Files that were written and not brought to the disk afterwards."""
    dirty: set[str] = set()
    for call in between:
        if call.what == "wrote":
            dirty.add(call.where)
        elif call.what == "synced":
            dirty.discard(call.where)
    return dirty


def at(between: list[Call], what: str, where: str) -> list[int]:
    """When, counted in calls, that was done to that file."""
    return [place for place, call in enumerate(between) if call[:2] == (what, where)]
