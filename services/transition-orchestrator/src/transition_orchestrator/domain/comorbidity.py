"""Charlson points by ICD-10 prefix, in the variants that LACE tools use (rulebook section 5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Comorbidity(StrEnum):
    """Which table: the common tool form, the CMAJ footnote, or the form printed in BMJ Open."""

    TOOL = "tool"
    CMAJ = "cmaj"
    """No renal items, and diabetes only plain."""
    BMJ_OPEN = "bmj-open"
    """Any renal disease 2 points, and peptic ulcer 1."""


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
_RENAL = _ITEMS["renal_mild"].prefixes + _ITEMS["renal_severe"].prefixes
_TABLES = {
    Comorbidity.TOOL: _ITEMS,
    Comorbidity.CMAJ: {
        name: item
        for name, item in _ITEMS.items()
        if name not in ("renal_mild", "renal_severe", "diabetes_complicated")
    },
    Comorbidity.BMJ_OPEN: {
        **{name: item for name, item in _ITEMS.items() if name != "renal_severe"},
        "renal_mild": _Item(2, _RENAL),
        "peptic_ulcer": _item(1, "K25-K28"),
    },
}
_ICD10CM_CANCERS = {"tumour": ("C4A", "C7A", "C86"), "metastatic": ("C7B",)}
"""Neuroendocrine and Merkel cell tumours and some lymphomas, which ICD-10-CM codes outside Quan's
ranges: an add-on that a site may ask for."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The items of the table that the codes fall under, superseded ones left out."""

    names: tuple[str, ...]
    points: int


def plain_code(code: str) -> str:
    """A code as the tables have it: without its dot, in capitals."""
    return code.replace(".", "").strip().upper()


def conditions_of(
    diagnoses: Iterable[str], variant: Comorbidity, *, icd10cm_cancers: bool = False
) -> Conditions:
    """The items that any of the codes falls under, each once, with their points together."""
    return _conditions_of(tuple(diagnoses), variant, icd10cm_cancers)


@lru_cache(maxsize=2048)
def _conditions_of(
    diagnoses: tuple[str, ...],
    variant: Comorbidity,
    icd10cm_cancers: bool,  # noqa: FBT001
) -> Conditions:
    """Remembered: every message about a visit asks again, and seldom of other diagnoses."""
    codes = [plain_code(code) for code in diagnoses]
    table = _TABLES[variant]
    found = {name for name, item in table.items() if _any_falls_under(item.prefixes, codes)}
    if icd10cm_cancers:
        added = _ICD10CM_CANCERS.items()
        found |= {name for name, prefixes in added if _any_falls_under(prefixes, codes)}
    found -= {table[name].supersedes for name in found}
    return Conditions(tuple(sorted(found)), sum(table[name].points for name in found))


def comorbidity_of(
    diagnoses: Iterable[str], variant: Comorbidity, *, icd10cm_cancers: bool = False
) -> int:
    """The points alone."""
    return conditions_of(diagnoses, variant, icd10cm_cancers=icd10cm_cancers).points


def has_cancer(diagnoses: Iterable[str]) -> bool:
    """Whether any code is of a tumour, by Quan's table with the ICD-10-CM additions."""
    found = conditions_of(diagnoses, Comorbidity.TOOL, icd10cm_cancers=True)
    return "tumour" in found.names or "metastatic" in found.names


def _any_falls_under(prefixes: tuple[str, ...], codes: Sequence[str]) -> bool:
    return any(code.startswith(prefixes) for code in codes)
