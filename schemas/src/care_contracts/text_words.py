"""Judges the words of a text to a patient: what must stand in it, and what must not (section 10).

A telephone is picked up by others, too. A text says who asks for a call and where, and how to have
no more of them; never why (45 CFR 164.514(d), 47 CFR 64.1200(a)(9)(iv)).
"""

import re
from collections.abc import Mapping
from typing import Final

LONGEST: Final = 160
"""Characters."""

_OFFERS_STOP: Final = re.compile(r"\bstop\b", re.IGNORECASE)
_DIAGNOSIS: Final = re.compile(
    r"\b(?:diagnos|disease|illness|heart (?:attack|clinic|cent)|cardi|failure|stroke|cancer"
    r"|tumou?r|oncolog|diabet|insulin|asthma|copd|lung|pneumonia|sepsis|infect|covid|kidney|renal|dialysis|liver|hiv|aids\b|dementia|depress"
    r"|psychiatr|mental|addict|substance|alcohol|overdose|pregnan|birth|fracture|wound|pain\b|medicine"
    r"|medication|prescri|lab\b|test results?|chf\b|hypertens"
    r"|blood\b|schizo|bipolar|epilep|seizure|hepatit|cirrho|leuka?emi|lymphom|melanom|alzheim"
    r"|parkinson'?s?\b|angina|arr?h?ythm|fibrillat|ana?emi|obes|ulcer|bleed|anxi|suicid|opioid"
    r"|methadon|warfarin|anticoag|arthrit|concuss|miscarr|bronchit|flu\b|influenz|tubercul"
    r"|std\b|gout\b|migrain|embol|thrombo|tia\b|fever|syndrome|disorder)",
    re.IGNORECASE,
)
_HEART: Final = re.compile(r"\bheart\b", re.IGNORECASE)
"""No disease in a team's name, and one anywhere else."""
_STAY: Final = re.compile(
    r"\b(?:hospital|discharg|admitted|admission|inpatient|emergency|surger|surgical|operation|procedure"
    r"|ward\b|icu\b|er\b|ed visit|(?:your|recent) (?:stay|visit)\b|\d{1,2} stay\b"
    r"|unit\b|floor\b|maternity|labou?r\b|psych\b|rehab|detox|nursing (?:home|facility)"
    r"|replacement|\w+(?:oscop|ectom|plast)(?:y|ies)\b|biops|chemo|radiation|mri\b"
    r"|(?:ct|pet|cat) scan|bypass|transplant|stent\b|cathet|x-?ray|amputat|c-section"
    r"|cesarean|transfus|pacemaker)|\b\d{1,2}[/.]\d{1,2}\b",
    re.IGNORECASE,
)
"""A stay, a unit, a procedure or a date: section 10 lets none of them into a text."""
_NAME: Final = re.compile(
    r"\b(?i:hi|hello|dear|good (?:morning|afternoon|evening)|mr|mrs|ms)\b\.? +[A-Z][a-z]"
)
_SELLING: Final = re.compile(
    r"\b(?:bill(?:ing|s)?\b|invoice|payment|pay\b|balance|insurance|offer|discount|sale\b|free\b)",
    re.IGNORECASE,
)
_REMEDIES: Final[Mapping[str, str]] = {
    "disclosed": "say no more than who is to be called, and where",
    "patient named": "greet nobody by name",
    "marketing or billing": "ask for the call alone",
    "sender not identified": "begin with {sender}",
    "number to call missing": "say {number}",
    "opt-out missing": "end with 'Reply STOP to opt out.'",
    f"longer than {LONGEST} characters": "shorten it",
}


def fault_in(text: str, *, sender: str, number: str, offers_stop: bool = True) -> str:
    """Why a text must not be sent; empty where it may (rulebook section 10).

    A team may be that of a hospital, so that `sender` may say so; not that of a heart clinic.
    """
    rest = text.replace(sender, "")
    faults = {
        _disclosed(text, rest): True,
        "patient named": _NAME.search(rest),
        "marketing or billing": _SELLING.search(rest),
        "sender not identified": sender not in text,
        "number to call missing": number not in text,
        "opt-out missing": offers_stop and not _OFFERS_STOP.search(rest),
        f"longer than {LONGEST} characters": len(text) > LONGEST,
    }
    return next((fault for fault, found in faults.items() if fault and found), "")


def _disclosed(text: str, rest: str) -> str:
    what = {
        "diagnosis": _DIAGNOSIS.search(text) or _HEART.search(rest),
        "hospital stay": _STAY.search(rest),
    }
    found = [name for name, match in what.items() if match]
    return f"{' and '.join(found)} disclosed" if found else ""


def remedy_for(fault: str) -> str:
    """What whoever wrote the words is to do about a fault."""
    return next(remedy for end, remedy in _REMEDIES.items() if fault.endswith(end))


def filled_in(words: str, *, sender: str, number: str) -> str:
    """A site's words with `{sender}` and `{number}` in their places."""
    return words.replace("{sender}", sender).replace("{number}", number)
