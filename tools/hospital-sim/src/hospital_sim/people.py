"""Synthetic people: made from lists of invented names, so that no one real can be among them."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hospital_sim.hospitals import Clinician, Hospital

_FAMILIES = (
    "Amberhill", "Brackenshaw", "Cloverdale-Ruiz", "Dunmorrow", "Eversham", "Fogarty-Blum",
    "Grünvald", "Hazelmere", "Íñiguez", "Juniperson", "Kestrelby", "Lefèvrelle", "Mossgrove",
    "Nørlund", "O'Thistle", "Peverell", "Quimbyson", "Ravenscar", "Sølvberg", "Tumblewick",
    "Umberfield", "Vánderwood", "Willowmarsh", "Xanthopol", "Yarrowgate", "Zephyrsen",
)  # fmt: skip
_GIVEN = (
    "Aveline", "Barnaby", "Celestine", "Desmond", "Éloïse", "Florian", "Gwendolyn", "Hector",
    "Isolde", "Jorge", "Katya", "Leopold", "Mariposa", "Nicodemus", "Ottoline", "Percival",
    "Querida", "Rafael", "Sybil", "Thaddeus", "Ursula", "Valentín", "Winifred", "Xavier",
    "Yolanda", "Zebulon",
)  # fmt: skip
_DIAGNOSES = (
    ("I50.9", "Heart failure, unspecified"),
    ("J44.1", "COPD with exacerbation"),
    ("J18.9", "Pneumonia, organism unspecified"),
    ("A41.9", "Sepsis, organism unspecified"),
    ("E11.9", "Type 2 diabetes & hyperglycaemia"),
    ("S72.001A", "Fracture of neck of femur"),
)
_YOUNGEST = timedelta(days=365 * 20)
_LANGUAGES = ("eng", "eng", "eng", "spa", "pol")
_NOBODY_SHARE = 0.1
_YEARS = 70


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis in ICD-10-CM."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """One invented patient of one hospital."""

    mrn: str
    family: str
    given: str
    birth_date: date
    sex: str
    phone: str
    street: str
    language: str
    diagnosis: Diagnosis
    attending: Clinician
    primary_care: Clinician | None

    @property
    def name(self) -> str:
        """As `Family, Given`."""
        return f"{self.family}, {self.given}"

    @property
    def has_reachable_doctor(self) -> bool:
        return self.primary_care is not None and self.primary_care.reachable


def invent_person(rng: Random, hospital: Hospital, mrn: str, today: date) -> Person:
    """Somebody who does not exist."""
    nobody = rng.random() < _NOBODY_SHARE
    return Person(
        mrn=mrn,
        family=_writable(rng.choice(_FAMILIES), hospital),
        given=_writable(rng.choice(_GIVEN), hospital),
        birth_date=today - _YOUNGEST - timedelta(days=rng.randrange(365 * _YEARS)),
        sex=rng.choice("FM"),
        phone=f"555-01{rng.randrange(100):02d}",
        street=f"{rng.randrange(1, 999)} Invented Lane",
        language=rng.choice(_LANGUAGES),
        diagnosis=Diagnosis(*rng.choice(_DIAGNOSES)),
        attending=rng.choice(hospital.attending),
        primary_care=None if nobody else rng.choice(hospital.primary_care),
    )


def _writable(name: str, hospital: Hospital) -> str:
    """The name as far as the hospital's charset can write it."""
    return name.encode(hospital.charset, "ignore").decode(hospital.charset)
