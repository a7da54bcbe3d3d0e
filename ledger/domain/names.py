"""Comparing names of people. Bytes are kept as given; only a key made here is compared.

Two spellings of one name get one key: composed and decomposed letters and compatibility ideographs
that Unicode itself declares the same (NFC: U+F900 is U+8C48), the middle dots that keyboards put
between the parts of a name, upper and lower case, invisible characters, and spaces. Different
characters stay different, however rare: 𠮷 is not 吉.

Sources: UAX #15 (NFC), Unicode 3.13 D145 (canonical caseless match), UTS #37 (variation sequences).
"""

from __future__ import annotations

import re
from unicodedata import category, normalize

# MIDDLE DOT, BULLET, HYPHENATION POINT, BULLET OPERATOR, DOT OPERATOR, KATAKANA MIDDLE DOT and its
# halfwidth form; GREEK ANO TELEIA becomes MIDDLE DOT by NFC.
_DOTS = dict.fromkeys(map(ord, "•‧∙⋅・･"), "·")
# Han: ideographic zero, extension A, the basic block, compatibility ideographs, planes 2 and 3.
_HAN = "[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_AROUND_DOTS = re.compile(r" ?· ?")
_BETWEEN_HAN = re.compile(f"(?<={_HAN}) (?={_HAN})")


def _visible(character: str) -> bool:
    """Not a format character (zero width, direction, soft hyphen) and no variation selector."""
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return False
    return category(character) != "Cf"


def _fold_once(text: str) -> str:
    folded = normalize("NFC", normalize("NFD", text).casefold())
    return folded if folded.isascii() else "".join(filter(_visible, folded)).translate(_DOTS)


def name_key(name: str) -> str:
    """The key under which ``name`` is compared; never stored, never shown.

    Spaces are folded to one, and dropped around a middle dot and between Han characters, where
    certificates are often set with a wide space (王　明).
    """
    text = "".join(filter(_visible, name)).translate(_DOTS)
    # Composing may make a letter that folds further; three rounds are more than Unicode needs.
    while (folded := _fold_once(text)) != text:
        text = folded
    spaced = " ".join(text.split())
    return _BETWEEN_HAN.sub("", _AROUND_DOTS.sub("·", spaced))


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name."""
    return name_key(one) == name_key(other)
