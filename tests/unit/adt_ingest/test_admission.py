"""Who may speak for a site: TLS where the site wants it, and only certificates that it names."""

import pytest
from tests.support.adt_ingest_fakes import good_health

from adt_ingest.domain.admission import refuse_origin
from adt_ingest.domain.doors import Door, Origin
from adt_ingest.domain.refusals import Refusal

OURS = frozenset({"interface.ghh.example"})


def over(door: Door, *names: str) -> Origin:
    return Origin(door, "192.0.2.7", certificate_names=frozenset(names))


def refused(refusal: Refusal | None) -> str:
    assert refusal is not None
    assert refusal.place == "MSH-4"
    return refusal.reason


@pytest.mark.parametrize("door", Door)
def test_a_site_that_asks_for_nothing_is_spoken_for_over_every_door(door: Door) -> None:
    assert refuse_origin(good_health(), over(door, "anybody.example")) is None


@pytest.mark.parametrize("door", [Door.MLLP, Door.HTTP])
def test_a_site_that_requires_tls_is_not_taken_over_a_door_without_it(door: Door) -> None:
    site = good_health(tls_required=True)
    assert "TLS only" in refused(refuse_origin(site, over(door)))


def test_a_site_that_requires_tls_is_taken_over_tls_and_from_operators() -> None:
    site = good_health(tls_required=True)
    assert refuse_origin(site, over(Door.MLLPS, "anybody.example")) is None
    assert refuse_origin(site, over(Door.FILE)) is None


def test_over_tls_only_a_certificate_that_the_site_names_speaks_for_it() -> None:
    site = good_health(certificate_names=OURS)
    assert refuse_origin(site, over(Door.MLLPS, "x.example", "interface.ghh.example")) is None
    assert "client certificate" in refused(refuse_origin(site, over(Door.MLLPS, "x.example")))
    assert "client certificate" in refused(refuse_origin(site, over(Door.MLLPS)))


def test_names_of_certificates_close_no_door_without_tls() -> None:
    assert refuse_origin(good_health(certificate_names=OURS), over(Door.MLLP)) is None


def test_a_refusal_names_no_certificate() -> None:
    site = good_health(certificate_names=OURS)
    reason = refused(refuse_origin(site, over(Door.MLLPS, "stranger.example")))
    assert "example" not in reason
