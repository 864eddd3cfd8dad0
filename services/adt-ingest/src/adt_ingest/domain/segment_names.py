"""Tells segment names from what else may begin a line: the first letters of a person's name."""

import re
from typing import Final

_NAMES: Final = re.compile(
    r"A(CC|I[GLPS]|L1|RV)|[BF](HS|TS)|CTD|D(B1|G1|RG|SC)|E(RR|VN)|GT1|I(AM|N[123])|M(RG|S[AH])"
    r"|N(K1|TE)|O(B[RX]|RC)|P(D1|DA|ID|R[1DT]|V[12])|R(F1|GS|OL)|S(CH|FT|PM)|TXA|U(AC|B[12])"
    r"|Z(BE|[A-Z0-9]{2})",
    re.ASCII,
)


def may_be_shown(name: str) -> bool:
    """Whether a log line or an answer may name a segment so."""
    return _NAMES.fullmatch(name) is not None
