"""Charlson points by ICD-10 prefix, in the variants that LACE tools use (rulebook section 5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Comorbidity(StrEnum):
    """Which table: the common tool form, or the CMAJ footnote (no renal items, plain diabetes)."""

    TOOL = "tool"
    CMAJ = "cmaj"


@dataclass(frozen=True, slots=True)
class _Item:
    points: int
    prefixes: tuple[str, ...]
    supersedes: str = ""


def _item(points: int, codes: str, supersedes: str = "") -> _Item:
    """An item by its ICD-10 prefixes, in which `I60-I69` stands for a range."""
    prefixes = tuple(prefix for part in codes.split() for prefix in _spelt_out(part))
    return _Item(points, prefixes, supersedes)


def _spelt_out(part: str) -> Iterable[str]:
    first, _, last = part.partition("-")
    if not last:
        return (first,)
    letter, width = first[0], len(first) - 1
    return (f"{letter}{n:0{width}}" for n in range(int(first[1:]), int(last[1:]) + 1))


def _diabetes(digits: str) -> str:
    return " ".join(f"E{code}{digit}" for code in range(10, 15) for digit in digits)


_ITEMS = {
    "myocardial_infarction": _item(1, "I21 I22 I252"),
    "cerebrovascular": _item(1, "G45 G46 H340 I60-I69"),
    "peripheral_vascular": _item(
        1, "I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959"
    ),
    "diabetes": _item(1, _diabetes("01689")),
    "diabetes_complicated": _item(2, _diabetes("23457"), "diabetes"),
    "heart_failure": _item(2, "I099 I110 I130 I132 I255 I420 I425-I429 I43 I50 P290"),
    "chronic_pulmonary": _item(2, "I278 I279 J40-J47 J60-J67 J684 J701 J703"),
    "liver_mild": _item(
        2,
        "B18 K700-K703 K709 K713-K715 K717 K73 K74 K760 K762-K764 K768 K769 Z944",
    ),
    "liver_severe": _item(4, "I850 I859 I864 I982 K704 K711 K721 K729 K765-K767", "liver_mild"),
    "renal_mild": _item(2, "N18 N19 N032-N037 N052-N057 N250"),
    "renal_severe": _item(4, "N184-N186 Z49 Z940 Z992 I120 I131", "renal_mild"),
    "tumour": _item(2, "C00-C26 C30-C34 C37-C41 C43 C45-C58 C60-C76 C81-C85 C88 C90-C97"),
    "dementia": _item(3, "F00-F03 F051 G30 G311"),
    "connective_tissue": _item(3, "M05 M06 M315 M32-M34 M351 M353 M360"),
    "hiv": _item(4, "B20 B21 B22 B24"),
    "metastatic": _item(6, "C77-C80", "tumour"),
}
_NOT_IN_CMAJ = frozenset({"renal_mild", "renal_severe", "diabetes_complicated"})


def comorbidity_of(diagnoses: Iterable[str], variant: Comorbidity) -> int:
    """The points of all items that any of the codes falls under, each item once."""
    codes = [code.replace(".", "").strip().upper() for code in diagnoses]
    found = {name for name, item in _ITEMS.items() if _any_falls_under(item, codes)}
    if variant is Comorbidity.CMAJ:
        found -= _NOT_IN_CMAJ
    found -= {_ITEMS[name].supersedes for name in found}
    return sum(_ITEMS[name].points for name in found)


def _any_falls_under(item: _Item, codes: Sequence[str]) -> bool:
    return any(code.startswith(item.prefixes) for code in codes)
