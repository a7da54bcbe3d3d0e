"""Stand-in names, put together from syllables and plain words: nobody is called like that."""

from random import Random

_FIRST = ("Bel", "Cor", "Dra", "Fen", "Gil", "Hul", "Jor", "Kes", "Lum", "Mir", "Nev", "Pol")
_MIDDLE = ("a", "e", "i", "o", "u", "ai", "ei", "ou")
_LAST = ("dan", "fel", "gorn", "kit", "lor", "mond", "nix", "quin", "rath", "sel", "tov", "wick")
# 例 means "example" and is no family name; the rest are things, with rare characters among them.
_THINGS = "云山河松石竹月星风雨林泉雪海桥舟灯笔砚茶琴棋花草叶湖岛峰𠮷䶮㼆"
_CHINESE_SHARE = 0.4


def holder_name(random: Random) -> str:
    """A romanised or a Chinese stand-in name."""
    if random.random() < _CHINESE_SHARE:
        return "例" + "".join(random.choice(_THINGS) for _ in range(2))
    return f"{_word(random)} {_word(random)}"


def _word(random: Random) -> str:
    return "".join(random.choice(part) for part in (_FIRST, _MIDDLE, _LAST))
