"""The sites folder as the reader of messages needs it, followed while it changes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from adt_ingest.domain.acknowledgement import Code
from adt_ingest.domain.charsets import CharsetRules, site_codec
from adt_ingest.domain.oddities import Oddity
from adt_ingest.domain.profile import AnswerRules, ObservationCodes, ReturnAddress, SiteProfile
from care_chassis.documents import (
    DocumentError,
    WatchedFolder,
    faults_in,
    files_of,
    line_of,
    load_document,
)
from care_chassis.health import Health
from care_chassis.logs import get_logger
from care_contracts.sites import Hl7Profile, Site

_log = get_logger("adt_ingest.sites")
_LOOK_EVERY_SECONDS: Final = 1.0
_PART: Final = "site_files"


class SiteFolder:
    """Finds the site of a sender. A file that cannot be read takes no site off the air.

    Raises DocumentError where the folder cannot be read at the start.
    """

    def __init__(self, folder: Path, health: Health) -> None:
        self._path = folder
        self._health = health
        self._folder = WatchedFolder(folder, Site)
        self._by_sender = by_sender(self._folder.by_path)
        self._slip = ""
        """Why the files as last read are not in force: it is told until they change."""
        self._report()

    def find(self, application: str, facility: str) -> SiteProfile | None:
        found = self._by_sender.get(f"{application}|{facility}")
        return found or self._by_sender.get(facility)

    async def look(self) -> float:
        """Read the folder again if it changed; returns how long to rest."""
        try:
            if self._folder.refresh():
                self._slip = ""
                self._by_sender = by_sender(self._folder.by_path)
                _log.info("sites_read", count=len(self._folder.documents))
        except (DocumentError, OSError, UnicodeDecodeError) as error:
            self._slip = str(error)
        self._report(str(self._folder.trouble or self._slip))
        return _LOOK_EVERY_SECONDS

    def _report(self, trouble: str = "") -> None:
        known = bool(self._by_sender)
        detail = trouble or ("" if known else f"no site in {self._path}")
        self._health.report(_PART, ready=known, detail=detail)


def faults_of(folder: Path) -> list[DocumentError]:
    """All that keeps the files of a folder from being used; nothing where every site is known."""
    faults = [fault for path in files_of(folder) for fault in _faults_of_file(path)]
    unread = sorted(path for path in folder.glob("*.yml") if path.is_file())
    faults += [DocumentError(path, 1, "not read: its name must end in .yaml") for path in unread]
    if not faults:
        try:
            by_sender({path: load_document(path, Site) for path in files_of(folder)})
        except DocumentError as error:
            faults.append(error)
    return faults


def _faults_of_file(path: Path) -> list[DocumentError]:
    faults = faults_in(path, Site)
    if not faults:
        try:
            profile_of(load_document(path, Site), path)
        except DocumentError as error:
            faults.append(error)
    return faults


def by_sender(sites: Mapping[Path, Site]) -> dict[str, SiteProfile]:
    """Every name that a sender goes by, and the site it means. Raises DocumentError."""
    found: dict[str, SiteProfile] = {}
    for path, site in sites.items():
        profile = profile_of(site, path)
        for number, sender in enumerate((site.code, *site.senders)):
            other = found.setdefault(sender, profile)
            if other is not profile:
                key = f"senders.{number - 1}" if number else "code"
                rule = f"{key}: {sender!r} is already the site {other.code}"
                raise DocumentError(path, line_of(path, key), rule)
    return found


def profile_of(site: Site, file: Path) -> SiteProfile:
    """What a site's file says about its messages. Raises DocumentError for an unknown charset."""
    hl7, rules = site.hl7, site.hl7.charset_rules
    return SiteProfile(
        code=site.code,
        zone=site.zone,
        codec=_codec(hl7.charset, "hl7.charset", file),
        authority=hl7.authority or site.code,
        charset_rules=CharsetRules(
            repair_undecodable=rules.undecodable == "repair",
            repair_suspicious=rules.suspicious == "repair",
            repair_codec=_codec(rules.repair_with, "hl7.charset_rules.repair_with", file)
            if rules.repair_with
            else "",
        ),
        answers=_answers(hl7),
        refuse=frozenset(Oddity(oddity.value) for oddity in hl7.refuse),
        certificate_names=frozenset(name.lower() for name in hl7.tls.certificate_names),
        tls_required=hl7.tls.required,
        merge_by_type=hl7.merge_pairing == "type",
        observation=ObservationCodes(
            patient_class=_capitals(hl7.observation.patient_class),
            patient_type=_capitals(hl7.observation.patient_type),
            hospital_service=_capitals(hl7.observation.hospital_service),
            location=_capitals(hl7.observation.location),
        ),
        classes=_own_words(hl7.classes),
        locations=_own_words(hl7.locations),
        dispositions=_own_words(hl7.dispositions),
        site_fields={name: _parts(place) for name, place in hl7.site_fields.items()},
    )


def _codec(name: str, key: str, file: Path) -> str:
    codec = site_codec(name)
    if codec is None:
        rule = f"{key}: {name!r} is no character set of HL7 table 0211"
        raise DocumentError(file, line_of(file, key), rule)
    return codec


def _answers(hl7: Hl7Profile) -> AnswerRules:
    wanted = hl7.acknowledgement
    address = wanted.return_address
    return AnswerRules(
        mode=wanted.mode,
        accept=wanted.accept,
        application=wanted.application,
        failed_as=Code(wanted.failed_as),
        rejected_as=Code(hl7.rejected_as),
        hold_while_away=wanted.while_away == "hold",
        return_address=ReturnAddress(address.host, address.port, confirms=address.confirms)
        if address
        else None,
    )


def _own_words(words: Mapping[str, str]) -> dict[str, str]:
    return {word.strip().upper(): code for word, code in words.items()}


def _parts(place: str) -> tuple[str, int, int]:
    """Segment, field and component of a place such as `ZPV-3.1`."""
    segment, _, rest = place.partition("-")
    number, _, component = rest.partition(".")
    return segment, int(number), int(component or 0)


def _capitals(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(code.strip().upper() for code in codes)
