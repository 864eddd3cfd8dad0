"""The names of HL7 table 0211 (MSH-18) and the codecs they mean."""

import codecs
from dataclasses import dataclass
from typing import Final

from adt_ingest.domain.remembering import remembered

JIS: Final = "iso2022_jp_ext"
"""Every Japanese set of the table, told apart by escape sequences; without any it is ASCII."""

_LATIN: Final = (*range(1, 12), 13, 14, 15, 16)
_PAGES: Final = range(1250, 1259)
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
    "JAS2020": JIS,
    "JIS X 0202": JIS,
    "ISO IR87": JIS,
    "ISO IR159": JIS,
    "ISO IR14": "shift_jis",
    "ISO IR13": "shift_jis",
    "GB 18030-2000": "gb18030",
    "GB18030": "gb18030",
    "KS X 1001": "euc_kr",
    "ISO IR149": "euc_kr",
    "BIG-5": "big5",
    "ISO IR100": "iso8859_1",
    "ISO IR101": "iso8859_2",
    "ISO IR109": "iso8859_3",
    "ISO IR110": "iso8859_4",
    "ISO IR144": "iso8859_5",
    "ISO IR127": "iso8859_6",
    "ISO IR126": "iso8859_7",
    "ISO IR138": "iso8859_8",
    "ISO IR148": "iso8859_9",
    **{f"{prefix}8859/{part}": f"iso8859_{part}" for part in _LATIN for prefix in ("", "ISO-")},
    **{f"{prefix}{page}": f"cp{page}" for page in _PAGES for prefix in ("WINDOWS-", "CP")},
}
_UNKNOWN: Final = "MSH-18 names an unknown character set"
_WIDE: Final = "MSH-18 names UTF-16 or UTF-32, and the bytes are of neither: send UNICODE UTF-8"
_NO_CODEC: Final = "MSH-18 names CNS 11643-1992, which cannot be read here: send BIG-5 or Unicode"
_UNREADABLE: Final = {
    "UNICODE UTF-16": _WIDE,
    "UNICODE UTF-32": _WIDE,
    "UTF-16": _WIDE,
    "UTF-32": _WIDE,
    "CNS 11643-1992": _NO_CODEC,
}


@dataclass(frozen=True, slots=True)
class CharsetRules:
    """What to do where bytes are not what is declared: see the contract of site files."""

    repair_undecodable: bool = False
    repair_suspicious: bool = False
    repair_codec: str = ""


AS_DECLARED: Final = CharsetRules()


def _bare(name: str) -> str:
    """A name without what senders write this way and that: blanks, strokes, small letters."""
    return "".join(sign for sign in name.upper() if sign.isalnum())


_CODECS: Final = {_bare(name): codec for name, codec in _NAMES.items()}
_REASONS: Final = {_bare(name): reason for name, reason in _UNREADABLE.items()}


@remembered(256)
def codec_of(name: str) -> str | None:
    """The Python codec of a character set's name; None if it cannot be read, "" for no name."""
    return _CODECS.get(_bare(name))


def why_unreadable(name: str) -> str:
    """What to tell the sender of a name that has no codec."""
    return _REASONS.get(_bare(name), _UNKNOWN)


def is_single_byte(codec: str) -> bool:
    """Whether each byte is a character by itself: then nearly any bytes can be read with it."""
    return codec.startswith(("iso8859_", "iso8859-", "cp125", "latin"))


def site_codec(name: str) -> str | None:
    """The codec of a name in a site's file, where Python's own names are good as well."""
    known = codec_of(name)
    if known:
        return known
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
