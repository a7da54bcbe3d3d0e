"""Every benchmark, each in a process of its own so that peak memory is its own too.

    python -m bench

Ratios are against bare loops timed in the same run; exit 1 when one is short of what it is held to.
"""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run them one after the other; the number that fell short."""
    short = 0
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n== {path.stem}", flush=True)
        command = [sys.executable, "-m", f"bench.{path.stem}"]
        short += subprocess.run(command, check=False).returncode != 0
    print(f"\n{short} short" if short else "\nEvery ratio holds.")
    return short


if __name__ == "__main__":
    sys.exit(bool(main()))
