"""Invented parties and holders: the data set knows only codes, regions and numbers."""

import re
from typing import NamedTuple
from zlib import crc32

_TREES = (
    *("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy", "Juniper"),
    *("Kapok", "Larch", "Maple", "Nutmeg", "Olive", "Poplar", "Quince", "Rowan", "Spruce"),
    *("Teak", "Umbra", "Viburnum", "Willow", "Xylia", "Yew", "Zelkova"),
)
_BIRDS = (
    *("Heron", "Lapwing", "Dunlin", "Siskin", "Avocet", "Curlew", "Plover", "Wren", "Whinchat"),
    *("Ouzel", "Godwit", "Linnet", "Merlin", "Osprey", "Turnstone", "Fieldfare"),
)


class Organisation(NamedTuple):
    """A party's id and its name."""

    party: str
    name: str


def agency(module: str) -> Organisation:
    """The agency that examines a module."""
    tree = _TREES[(ord(module[0]) - ord("A")) % len(_TREES)]
    slug = f"{tree.lower()}-{module.lower()}"
    return Organisation(slug, f"{tree} Vale Examinations ({module})")


def school(region: str) -> Organisation:
    """The school that registers the candidates of a region."""
    drawn = crc32(region.encode())
    bird = _BIRDS[drawn % len(_BIRDS)]
    words = re.sub(r"[^a-z0-9]+", "-", region.lower()).strip("-")[:40].strip("-")
    # What the id cannot spell is told apart by the drawn number.
    spelled = words if words.replace("-", " ") == region.lower() else f"{words}-{drawn:08x}"
    return Organisation(f"{bird.lower()}-{spelled.strip('-')}", f"{bird} College, {region}")


def certificate_type(module: str) -> Organisation:
    """The certificate type of a module: id and name."""
    return Organisation(f"module-{module.lower()}", f"Module {module}")


def holder(student: int) -> str:
    """The stand-in name of a student."""
    return f"Candidate {student}"
