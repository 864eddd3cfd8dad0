"""The figures that adt-ingest keeps about itself, for `/metrics`."""

from functools import lru_cache
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from adt_ingest.domain import feeds
from adt_ingest.domain.judgement import Judgement
from adt_ingest.domain.triggers import KNOWN

FRAMES: Final = Counter(
    "care_adt_ingest_frames",
    "Messages by what became of them and how they were answered.",
    ["site", "trigger", "verdict", "answer"],
)
ODDITIES: Final = Counter(
    "care_adt_ingest_oddities", "Slips of form, forgiven or not.", ["site", "oddity"]
)
WARNINGS: Final = Counter(
    "care_adt_ingest_warnings", "Doubts about the text of messages.", ["site", "warning"]
)
FLAGS: Final = Counter(
    "care_adt_ingest_flags",
    "Messages that this process remembers: sent again, or others under their control id.",
    ["site", "flag"],
)
RECEIVE_SECONDS: Final = Histogram(
    "care_adt_ingest_receive_seconds",
    "From a batch of frames read to its answers written, the broker's confirmation included.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CONNECTIONS: Final = Gauge("care_adt_ingest_connections", "Open MLLP connections.")
CONNECTIONS_ENDED: Final = Counter(
    "care_adt_ingest_connections_ended",
    "MLLP connections that ended, by door (mllp, mllps) and why: the sender left, or a limit.",
    ["door", "reason"],
)
ANSWERS_UNDELIVERED: Final = Counter(
    "care_adt_ingest_answers_undelivered",
    "Answers whose sender had gone before they could be written.",
)
TLS_HANDSHAKES: Final = Counter(
    "care_adt_ingest_tls_handshakes",
    "TLS handshakes begun; those that came to no connection were refused or broken off.",
)
STRAY_BYTES: Final = Counter("care_adt_ingest_stray_bytes", "Bytes outside of any MLLP block.")

HELD: Final = Gauge("care_adt_ingest_frames_held", "Frames that wait until Kafka is back.")
RETURNS: Final = Counter(
    "care_adt_ingest_returns",
    "Application acknowledgements to return addresses by what became of them.",
    ["outcome"],
)
RETURNS_WAITING: Final = Gauge(
    "care_adt_ingest_returns_waiting", "Application acknowledgements on their way."
)

_TRIGGERS: Final = feeds.TRIGGERS | set(KNOWN)


_frames: Final = lru_cache(maxsize=4096)(FRAMES.labels)
"""The counter of these labels: looking one up takes longer than counting."""


def count(judgement: Judgement, *, stored: bool, answer: str, flag: str) -> None:
    """Count a message. Unknown triggers share a label, so that no sender can make thousands."""
    site = judgement.site or "unknown"
    trigger = judgement.trigger if judgement.trigger in _TRIGGERS else "other"
    verdict = judgement.verdict if stored else "not_stored"
    _frames(site, trigger, verdict, answer).inc()
    for oddity in judgement.oddities:
        ODDITIES.labels(site, oddity.value).inc()
    for warning in judgement.warnings:
        WARNINGS.labels(site, warning).inc()
    if flag:
        FLAGS.labels(site, flag).inc()
