"""A feed of realistic admissions and discharges, 0.7 to 3.7 kB each, the same for the same seed.

Every message is cut at its control id (MSH-10), so that a sender makes a unique one by joining
three pieces: making messages must not cost the machine what their receiver could have used.
"""

import random
from typing import Final, TypeAlias

Body: TypeAlias = tuple[bytes, bytes]
"""A message before and after its control id."""

_MARK: Final = "\x00"
_TRIGGERS: Final = ("A01", "A03", "A04", "A08", "A08", "A08", "A02", "A11", "A13")
_FAMILIES: Final = (
    "Alder",
    "Birch",
    "Cedar",
    "Elmwood",
    "Hawthorn",
    "Juniper",
    "Larkspur",
    "Rowan",
)
_GIVEN: Final = ("Ada", "Bela", "Cyril", "Dora", "Emil", "Freya", "Gus", "Hilda", "Ivo", "Juno")
_DIAGNOSES: Final = (
    "I50.9^Heart failure, unspecified^I10",
    "J44.1^Chronic obstructive pulmonary disease with (acute) exacerbation^I10",
    "E11.9^Type 2 diabetes mellitus without complications^I10",
    "N18.3^Chronic kidney disease, stage 3^I10",
    "Z79.4^Long term (current) use of insulin^I10",
)


_MEASURES: Final = (
    "8867-4^Heart rate^LN",
    "8480-6^Systolic blood pressure^LN",
    "29463-7^Body weight^LN",
    "8310-5^Body temperature^LN",
    "9279-1^Respiratory rate^LN",
)


def bodies(count: int, *, seed: int = 4) -> list[Body]:
    """`count` different messages of as many patients."""
    chance = random.Random(seed)
    return [_body(chance, number) for number in range(count)]


def with_control_id(body: Body, control_id: bytes) -> bytes:
    return body[0] + control_id + body[1]


def _body(chance: random.Random, number: int) -> Body:
    trigger = _TRIGGERS[number % len(_TRIGGERS)]
    lines = [
        _msh(trigger),
        f"EVN|{trigger}|20260522170911|||9921^Quince^Mara|20260522165500",
        _pid(chance, number),
        f"PD1||||GP{number % 97:04}^Quillfeather^Ardith^B^^Dr",
        *_next_of_kin(chance, number),
        _pv1(chance, number, trigger),
        *_chart(chance, number),
        *_insurance(chance, number),
    ]
    before, after = "".join(f"{line}\r" for line in lines).split(_MARK)
    return before.encode(), after.encode()


def _msh(trigger: str) -> str:
    kind = f"ADT^{trigger}^ADT_A{'03' if trigger == 'A03' else '01'}"
    sender = "MSH|^~\\&|GHHADT|GHH|HOMEWARD|CARE|20260522171002-0400"
    return f"{sender}||{kind}|{_MARK}|P|2.5.1|||||USA|UNICODE UTF-8"


def _pid(chance: random.Random, number: int) -> str:
    name = f"{chance.choice(_FAMILIES)}^{chance.choice(_GIVEN)}^Q^^^^L"
    born = f"19{chance.randrange(30, 99)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    numbers = f"MR{number:07}^^^GHH^MR~{chance.randrange(10**8, 10**9)}^^^USSSA^SS"
    return (
        f"PID|1||{numbers}||{name}||{born}|{chance.choice('FM')}||2106-3^White^HL70005"
        f"|{_address(chance)}||{_phone(chance)}~^NET^Internet^p{number}@example.org"
        f"|{_phone(chance)}|eng^English^ISO639|M^Married^HL70002|CHR|ACC{number:08}^^^GHH^AN"
        "||||||||||||N"
    )


def _pv1(chance: random.Random, number: int, trigger: str) -> str:
    fields = {
        1: "1",
        2: chance.choice("IIIEO"),
        3: f"4W^{chance.randrange(400, 460)}^A^GHH",
        4: "E",
        7: "1111111111^Alder^Alma^^^Dr^MD^^NPI",
        8: "2222222222^Birch^Bo^^^Dr^MD^^NPI",
        10: "MED",
        14: "7",
        17: "3333333333^Cedar^Cass^^^Dr^MD^^NPI",
        18: "INP",
        19: f"VN{number:07}^^^GHH^VN",
        36: "01" if trigger == "A03" else "",
        39: "GHH",
        44: "20260519081500-0400",
        45: "20260522165500-0400" if trigger == "A03" else "",
    }
    return "|".join(["PV1", *(fields.get(place, "") for place in range(1, 46))]).rstrip("|")


def _next_of_kin(chance: random.Random, number: int) -> list[str]:
    if not _size(number):
        return []
    return [f"NK1|1|{chance.choice(_FAMILIES)}^Nell^^^^^L|SPO|{_address(chance)}|{_phone(chance)}"]


def _size(number: int) -> int:
    """Some messages say the least, some carry a whole chart."""
    return (0, 1, 2, 2, 3, 7)[number % 6]


def _chart(chance: random.Random, number: int) -> list[str]:
    size = _size(number)
    values = [
        f"OBX|{at}|NM|{measure}||{chance.randrange(40, 190)}|1|||||F|||20260522160000"
        for at, measure in enumerate(_MEASURES[:size], start=1)
    ]
    diagnoses = [
        f"DG1|{at}||{chance.choice(_DIAGNOSES)}||20260519|{'A' if at == 1 else 'F'}"
        for at in range(1, 2 + size)
    ]
    allergy = ["AL1|1|DA|70618^Penicillin^RXNORM|SV|Hives \\T\\ swelling"]
    return [*values, *(allergy if size > 1 else []), *diagnoses]


def _insurance(chance: random.Random, number: int) -> list[str]:
    size = _size(number)
    lines: list[str] = []
    for at in range(1, size):
        lines.append(
            f"IN1|{at}|PLAN{at}^Plan of many words^LOCAL|INS{at:04}|Example Health Insurance"
            f"|{_address(chance)}||{_phone(chance)}|GRP{chance.randrange(10**6)}||||20260101"
            f"|20261231||HMO|{chance.choice(_FAMILIES)}^Nell|SEL|19560101|{_address(chance)}"
        )
        lines.append(f"IN2|{at}|{chance.randrange(10**9)}|||||||||||||||||||||||||||||||||||||M")
    own = ["ZPV|1|HOSPITALIST|Y|20260523|Bring the inhaler \\F\\ spacer|LOW"]
    return [*lines, *(own if size else [])]


def _address(chance: random.Random) -> str:
    return f"{chance.randrange(1, 999)} Main St^^Springfield^NY^10{chance.randrange(999):03}^USA^H"


def _phone(chance: random.Random) -> str:
    return f"^PRN^PH^^1^555^555{chance.randrange(10**4):04}"
