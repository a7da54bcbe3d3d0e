"""The import of the Open University data through the HTTP door, signing included.

Ratio to a bare loop that signs and verifies one statement, of the same run; held to 0.3. Resident
memory of the client and of the largest server process; held to 500 MB each.

    python -m bench.bench_import [folder with the data]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.baseline import report, sign_and_verify_rate

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "oulad"
MOST_MB = 500


def main(folder: Path) -> bool:
    """Run it; whether rate and memory hold."""
    if not folder.is_dir():
        print(f"import: not measured, there is no {folder}")
        return True
    bare = sign_and_verify_rate()
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "ledger.cli", "--home", str(Path(home) / "home")]
        command += ["import", "oulad", str(folder), "--json"]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
    told = json.loads(done.stdout)
    held = report("import, signing included", told["per_second"], bare, 0.3)
    # The largest of the client and of the server processes that it started and waited for.
    resident = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    small = resident <= MOST_MB
    print(
        f"import: largest process {resident:.0f} MB resident (held to {MOST_MB})"
        f" {'ok' if small else 'SHORT'}"
    )
    return held and small


if __name__ == "__main__":
    sys.exit(not main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA))
