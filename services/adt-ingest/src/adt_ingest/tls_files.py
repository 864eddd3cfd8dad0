"""The certificates of the door with TLS: read when they change, and what a client's says."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Our certificate with its key, and the authorities whose certificates clients must have."""

    certificate: Path
    key: Path
    client_ca: Path

    def context(self) -> ssl.SSLContext:
        """What they say at this moment. Raises OSError where they cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.client_ca)
        # A key that wants a password is refused: nobody sits here who could type one.
        context.load_cert_chain(self.certificate, self.key, password="")
        return context

    def written(self) -> tuple[int, ...]:
        """When the files were written; something else whenever one of them changes."""
        return tuple(_written(file) for file in (self.certificate, self.key, self.client_ca))


def _written(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def names_in(certificate: Mapping[str, object]) -> frozenset[str]:
    """Common name and DNS names of a certificate as `ssl` tells of it, in small letters."""
    subject = cast("tuple[tuple[tuple[str, str], ...], ...]", certificate.get("subject", ()))
    others = cast("tuple[tuple[str, str], ...]", certificate.get("subjectAltName", ()))
    common = (name for part in subject for kind, name in part if kind == "commonName")
    dns = (name for kind, name in others if kind == "DNS")
    return frozenset(name.lower() for name in (*common, *dns))
