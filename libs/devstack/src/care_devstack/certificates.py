"""Certificates for development: an authority of a stack's own, its server's and one client's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from care_devstack.ports import HOST

CLIENT: Final = "sender.development.example"
"""The name in the client's certificate, for `hl7.tls.certificate_names` of a site."""
_LIFETIME: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key, both PEM."""

    certificate: bytes
    key: bytes

    def write(self, folder: Path, name: str) -> None:
        """Write `<name>.key`, for the owner's eyes only, and `<name>.pem`."""
        key = folder / f"{name}.key"
        key.touch(mode=0o600)
        key.write_bytes(self.key)
        (folder / f"{name}.pem").write_bytes(self.certificate)


class Authority:
    """Signs certificates as long as it is held; its key is written nowhere."""

    def __init__(self, name: str, now: datetime) -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        built = self._about(self._name, self._key.public_key()).add_extension(usage, critical=True)
        self._certificate = built.add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        ).sign(self._key, hashes.SHA256())

    @property
    def certificate(self) -> bytes:
        """Its own certificate, as PEM."""
        return _pem(self._certificate)

    def issue(self, name: str, *, dns: Sequence[str] = (), hosts: Sequence[str] = ()) -> Issued:
        """A certificate with this common name and these other names."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        others = [x509.DNSName(each) for each in dns]
        addresses = [x509.IPAddress(ip_address(each)) for each in hosts]
        built = self._about(subject, key.public_key())
        if others or addresses:
            built = built.add_extension(
                x509.SubjectAlternativeName([*others, *addresses]), critical=False
            )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return Issued(_pem(built.sign(self._key, hashes.SHA256())), private)

    def _about(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        """What every certificate of this authority says."""
        signer = self._key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - timedelta(days=1))
            .not_valid_after(self._now + _LIFETIME)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False
            )
        )


def have_certificates(folder: Path, now: datetime) -> dict[str, str]:
    """Make what is missing in a stack's folder; returns the settings that name the server's."""
    if not (folder / "ca.pem").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        authority = Authority("Homeward development", now)
        authority.issue("localhost", dns=["localhost"], hosts=[HOST]).write(folder, "server")
        authority.issue(CLIENT, dns=[CLIENT]).write(folder, "client")
        (folder / "ca.pem").write_bytes(authority.certificate)
    return {
        "ADT_INGEST_TLS_CERTIFICATE": str(folder / "server.pem"),
        "ADT_INGEST_TLS_KEY": str(folder / "server.key"),
        "ADT_INGEST_TLS_CLIENT_CA": str(folder / "ca.pem"),
    }


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
