"""What a client's certificate says of who it is, and settings that name only half of the files."""

import pytest
from pydantic import ValidationError

from adt_ingest.settings import Settings
from adt_ingest.tls_files import names_in


def test_the_names_are_the_common_name_and_the_dns_names_in_small_letters() -> None:
    certificate = {
        "subject": ((("countryName", "US"),), (("commonName", "Engine.GHH.example"),)),
        "subjectAltName": (("DNS", "GHH.example"), ("IP Address", "192.0.2.7"), ("email", "a@b")),
    }
    assert names_in(certificate) == {"engine.ghh.example", "ghh.example"}


def test_a_certificate_without_names_has_none() -> None:
    assert names_in({}) == frozenset()


def test_tls_needs_all_three_of_its_files() -> None:
    with pytest.raises(ValidationError, match="all three"):
        Settings(tls_certificate="server.pem", tls_key="server.key")
