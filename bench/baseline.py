"""What the benchmarks compare with: the bare `cryptography` loops, timed in the same run."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MESSAGE = b"m" * 900  # a certificate's signing input has about this size


def rate(count: int, work: Callable[[], None]) -> float:
    """Rounds a second of ``work``, the best of three runs of ``count`` rounds."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(count):
            work()
        best = min(best, time.perf_counter() - start)
    return count / best


def sign_rate(count: int = 3000) -> float:
    """Bare Ed25519 signatures a second."""
    key = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
    return rate(count, lambda: key.sign(MESSAGE) and None)


def verify_rate(count: int = 2000) -> float:
    """Bare Ed25519 verifications a second."""
    key = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
    public, signature = key.public_key(), key.sign(MESSAGE)
    return rate(count, lambda: public.verify(signature, MESSAGE))


def sign_and_verify_rate(count: int = 2000) -> float:
    """Statements a second of a loop that signs one and verifies it."""
    key = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
    public = key.public_key()

    def work() -> None:
        public.verify(key.sign(MESSAGE), MESSAGE)

    return rate(count, work)


def resident_mb() -> float:
    """Peak resident memory of this process, in MB."""
    # getrusage remembers the parent's peak across fork and exec; VmHWM is this program's own.
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(name: str, value: float, baseline: float, least: float | None = None) -> bool:
    """Print a rate beside its baseline; whether the ratio is at least ``least``, if it is held."""
    ratio = value / baseline
    held = least is None or ratio >= least
    bound = "" if least is None else f" (held to {least:g}) {'ok' if held else 'SHORT'}"
    print(f"{name}: {value:,.0f}/s, baseline {baseline:,.0f}/s, ratio {ratio:.2f}{bound}")
    sys.stdout.flush()
    return held
