"""The names of HL7 table 0211 (MSH-18) and the codecs they mean."""

import codecs
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class CharsetRules:
    """What to do where bytes are not what is declared: see the contract of site files."""

    repair_undecodable: bool = False
    repair_suspicious: bool = False
    repair_codec: str = ""


AS_DECLARED: Final = CharsetRules()

_NAMES: Final = {
    "": "",
    "ASCII": "ascii",
    "US-ASCII": "ascii",
    "ISO IR6": "ascii",
    "ANSI": "cp1252",
    "UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "ISO IR192": "utf-8",
    "JAS2020": "iso2022_jp",
    "JIS X 0202": "iso2022_jp",
    "ISO IR14": "shift_jis",
    "ISO IR13": "shift_jis",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_1",
    "GB 18030-2000": "gb18030",
    "GB18030": "gb18030",
    "KS X 1001": "euc_kr",
    "CNS 11643-1992": "big5",
    "BIG-5": "big5",
    **{f"8859/{part}": f"iso8859_{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
    **{f"ISO-8859-{part}": f"iso8859_{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
    **{f"WINDOWS-{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"CP{page}": f"cp{page}" for page in range(1250, 1259)},
}


def _bare(name: str) -> str:
    """A name without what senders write this way and that: blanks, strokes, small letters."""
    return "".join(sign for sign in name.upper() if sign.isalnum())


_CODECS: Final = {_bare(name): codec for name, codec in _NAMES.items()}


@lru_cache(maxsize=256)
def codec_of(name: str) -> str | None:
    """The Python codec of a character set's name; None if the name is unknown, "" for no name."""
    return _CODECS.get(_bare(name))


def is_single_byte(codec: str) -> bool:
    """Whether each byte is a character by itself: then nearly any bytes can be read with it."""
    return codec.startswith(("iso8859_", "cp125"))


def site_codec(name: str) -> str | None:
    """The codec of a name in a site's file, where Python's own names are good as well."""
    known = codec_of(name)
    if known:
        return known
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
