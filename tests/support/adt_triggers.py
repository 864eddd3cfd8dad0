"""A made-up message for every ADT trigger, with the segments that its kind needs."""

from typing import Final, Unpack

from tests.support.hl7_builders import AdtFields, adt

_PRIOR_PATIENT: Final = "MRG|MR2001^^^GHH^MR"
_PRIOR_ACCOUNT: Final = "MRG|MR1001^^^GHH^MR||ACC0^^^GHH"
_PRIOR_VISIT: Final = "MRG|MR1001^^^GHH^MR||ACC0^^^GHH||V0^^^GHH"
_MRG: Final = {
    **dict.fromkeys(("A18", "A30", "A34", "A35", "A36", "A39", "A43", "A47"), _PRIOR_PATIENT),
    **dict.fromkeys(("A41", "A44", "A49"), _PRIOR_ACCOUNT),
    **dict.fromkeys(("A42", "A45", "A50"), _PRIOR_VISIT),
    "A46": "MRG|MR1001^^^GHH^MR|||EXT0",
    "A48": "MRG|MR1001^^^GHH^MR|ALT0",
    "A51": "MRG|MR1001^^^GHH^MR|||||ALTV0",
}
_OTHERS: Final = {
    "A17": ("PID|||MR2001^^^GHH^MR", "PV1||I|4W^402||||||||||||||||V2"),
    "A24": ("PID|||MR2001^^^GHH^MR",),
    "A37": ("PID|||MR2001^^^GHH^MR",),
    "A60": ("IAM|1|DA|PEN^Penicillin^L|SV|Hives|A",),
}


def message_of(trigger: str, **fields: Unpack[AdtFields]) -> bytes:
    """An ADT message of the trigger that says all the trigger needs."""
    if trigger == "A20":  # a bed, and no patient
        return (
            b"MSH|^~\\&|ADT1|GHH|||20260522170512||ADT^A20|M1|P|2.5.1\r"
            b"EVN|A20|20260522170500\rNPU|4W^401^A|U\r"
        )
    more = [*fields.get("segments", ()), *_OTHERS.get(trigger, ())]
    if trigger in _MRG:
        more.append(_MRG[trigger])
        fields = {"account_number": "ACC1^^^GHH", **fields}
    if trigger == "A40":
        fields = {"prior_mrn": "MR2001", **fields}
    return adt(trigger, **{**fields, "segments": tuple(more)})
