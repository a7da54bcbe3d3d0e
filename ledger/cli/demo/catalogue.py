"""Who takes part and what they examine. All of it is invented.

Days are counted from the day on which the demonstration is made: -90 is 90 days ago.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

HISTORY = (-1800, -1)
"""The past period, first and last day, whose records enter with their old dates."""

ACCREDITED = -1750
STANDARD = -1700


class Organisation(NamedTuple):
    """An agency or a school."""

    party: str
    name: str
    role: str
    prefix: str = ""  # of its certificate numbers


class Style(NamedTuple):
    """What is examined, and when it is passed: by thresholds, or without any as examiners decide.

    Attributes:
        totals: the least weighted total of each component.
    """

    parts: tuple[Mapping[str, Any], ...]
    totals: tuple[Mapping[str, str], ...] = ()

    @property
    def pass_rule(self) -> dict[str, Any]:
        """As a standard states it."""
        if not self.totals:
            return {"kind": "decision"}
        return {"kind": "thresholds", "totals": list(self.totals)}


class Offer(NamedTuple):
    """One certificate type and level of one agency.

    Attributes:
        ability: how well its candidates do: mean and spread of a mark, of 100.
        exams: days of its sessions.
        weight: how many students choose it, against the others.
        late: its records come late and without an accepted history: each is countersigned.
    """

    agency: Organisation
    certificate_type: str
    name: str
    category: str
    level: str
    style: Style
    ability: tuple[int, int]
    exams: tuple[int, ...]
    weight: int
    objection_days: int = 7
    valid_months: int | None = None
    late: bool = False

    @property
    def standard(self) -> str:
        """Id of its standard."""
        return f"{self.certificate_type}-{self.level}"

    @property
    def scope(self) -> dict[str, str]:
        """Type and level, as statements name them."""
        return {"certificate_type": self.certificate_type, "level": self.level}


def _part(part: str, component: str, maximum: int, weight: str) -> dict[str, Any]:
    return {"part": part, "component": component, "maximum": maximum, "weight": weight}


WORKSHOP = Style(
    (
        _part("theory", "theory", 100, "100"),
        _part("workshop", "practice", 100, "70"),
        _part("project", "practice", 50, "30"),
    ),
    (
        {"component": "theory", "minimum": "60"},
        {"component": "practice", "minimum": "60"},
    ),
)
DESK = Style(
    (_part("written", "exam", 100, "60"), _part("oral", "exam", 100, "40")),
    ({"component": "exam", "minimum": "60"},),
)
PANEL = Style((_part("portfolio", "work", 50, "50"), _part("interview", "work", 20, "50")))

NORTHLIGHT = Organisation("northlight", "Northlight Skills Assessment", "agency", "NL")
TIDEWATER = Organisation("tidewater", "Tidewater Vocational Testing", "agency", "TW")
SWIFTGATE = Organisation("swiftgate", "Swiftgate Examinations", "agency", "SG")
OLDMILL = Organisation("oldmill", "Old Mill Assessment Board", "agency", "OM")
JUNIPER = Organisation("juniper", "Juniper Office Examiners", "agency", "JU")
MOSSGATE = Organisation("mossgate", "Mossgate Language Board", "agency", "MG")
AGENCIES = (NORTHLIGHT, TIDEWATER, SWIFTGATE, OLDMILL, JUNIPER, MOSSGATE)

LOTUS = Organisation("lotus-pond", "Lotus Pond College 荷塘学院", "school")
LOTUS_RENAMED = "Lotus Pond Polytechnic 荷塘职业学院"
SCHOOLS = (
    LOTUS,
    Organisation("granite-hill", "Granite Hill Technical School", "school"),
    Organisation("ferry-road", "Ferry Road Vocational School 渡口职校", "school"),
    Organisation("kiln-street", "Kiln Street Institute", "school"),
)

ROBOTS = Offer(
    NORTHLIGHT,
    "robot-operation",
    "Robot operation and care 机器人操作",
    "vocational",
    "elementary",
    WORKSHOP,
    (72, 12),
    (-1500, -1140, -760, -390, -130),
    5,
    valid_months=36,
)
ROBOTS_REVISED = -800  # the first exam date under the second version
ROBOTS_HIGHER = ROBOTS._replace(
    level="intermediate", ability=(69, 12), exams=(-700, -330, -100), weight=3
)
CARE = Offer(
    TIDEWATER,
    "elderly-care",
    "Care of the elderly 养老照护",
    "vocational",
    "elementary",
    WORKSHOP,
    (66, 13),
    (-1100, -720, -360, -110, -6, 40),
    5,
)
WEB = Offer(
    SWIFTGATE,
    "web-development",
    "Web development 网页开发",
    "computer",
    "elementary",
    DESK,
    (86, 7),
    (-500, -320, -210, -80),
    4,
)
LOGISTICS = Offer(
    OLDMILL,
    "logistics",
    "Logistics 物流管理",
    "vocational",
    "elementary",
    DESK,
    (70, 12),
    (-1200, -910, -420, -150),
    3,
)
LOGISTICS_STANDING = (("suspended", -800), ("reinstated", -700), ("withdrawn", -140))
WIND_DOWN = -60
OFFICE = Offer(
    JUNIPER,
    "office-software",
    "Office software 办公软件",
    "innovation",
    "elementary",
    PANEL,
    (67, 11),
    (-1300, -1000),
    1,
)
ENGLISH = Offer(
    MOSSGATE,
    "trade-english",
    "English for trade 商务英语",
    "language",
    "elementary",
    DESK,
    (80, 5),
    (-60,),
    0,
    objection_days=0,
    late=True,
)
OFFERS = (ROBOTS, ROBOTS_HIGHER, CARE, WEB, LOGISTICS, OFFICE, ENGLISH)
