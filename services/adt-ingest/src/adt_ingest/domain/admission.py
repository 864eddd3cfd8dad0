"""Decides whether somebody may speak for a site, by the door they came through."""

from typing import Final

from adt_ingest.domain.doors import Door, Origin
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.refusals import Problem, Refusal

_TLS_ONLY: Final = "Messages of this site are taken over TLS only"
_NOT_ITS_CERTIFICATE: Final = "The client certificate is none that may speak for this site"


def refuse_origin(site: SiteProfile, origin: Origin) -> Refusal | None:
    """Why nothing is taken for `site` from there; None where it may speak.

    An operator, whose commands prove that they are one, speaks for every site.
    """
    if origin.door is Door.FILE:
        return None
    if origin.door is not Door.MLLPS:
        return Refusal(Problem.UNKNOWN_KEY, _TLS_ONLY, "MSH-4") if site.tls_required else None
    if site.certificate_names.isdisjoint(origin.certificate_names) and site.certificate_names:
        return Refusal(Problem.UNKNOWN_KEY, _NOT_ITS_CERTIFICATE, "MSH-4")
    return None
