"""Development certificates: made once, named by settings, keys for nobody else's eyes."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from care_devstack.certificates import CLIENT, have_certificates

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_stack_gets_an_authority_a_server_and_a_client(tmp_path: Path) -> None:
    settings = have_certificates(tmp_path / "tls", NOW)
    folder = tmp_path / "tls"
    authority, server, client = (
        x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
        for name in ("ca", "server", "client")
    )
    server.verify_directly_issued_by(authority)
    client.verify_directly_issued_by(authority)
    assert client.subject.rfc4514_string() == f"CN={CLIENT}"
    assert settings["ADT_INGEST_TLS_CERTIFICATE"] == str(folder / "server.pem")
    assert all(Path(file).is_file() for file in settings.values())


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    have_certificates(tmp_path, NOW)
    keys = sorted(tmp_path.glob("*.key"))
    assert [key.name for key in keys] == ["client.key", "server.key"]
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}


def test_what_is_there_stays(tmp_path: Path) -> None:
    have_certificates(tmp_path, NOW)
    before = (tmp_path / "client.pem").read_bytes()
    have_certificates(tmp_path, NOW)
    assert (tmp_path / "client.pem").read_bytes() == before
