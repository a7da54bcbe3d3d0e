"""What Node fetches is pinned by hash, and from no named host."""

import json
from pathlib import Path
from typing import Any

NODE = Path(__file__).parent / "node"


def read(name: str) -> dict[str, Any]:
    return dict(json.loads((NODE / name).read_text(encoding="utf-8")))


def test_every_package_is_pinned_by_hash_and_names_no_host() -> None:
    _, *packages = read("package-lock.json")["packages"].values()
    assert packages
    for package in packages:
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package


def test_what_we_ask_for_is_what_is_locked() -> None:
    wanted = read("package.json")["dependencies"]
    locked = read("package-lock.json")["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
