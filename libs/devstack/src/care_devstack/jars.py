"""Jars from Maven by lists with pinned checksums, for what runs on Java here."""

from importlib.resources import files
from pathlib import Path

from care_devstack.downloads import Digest, Download, fetch_missing

_MIRROR_SETTING = "CARE_MAVEN_REPOSITORY"
_DATA = files("care_devstack").joinpath("data")


def have_jars(listed: str, folder: Path, repository: str, *, title: str) -> list[Path]:
    """The jars of a list among our data in a folder, fetched if they are not there yet."""
    downloads = [
        Download(
            url=f"{repository}/{path}",
            path=folder / Path(path).name,
            digest=Digest("sha256", digest),
            size=int(size),
        )
        for digest, size, path in _pinned(listed)
    ]
    fetch_missing(downloads, title=title, mirror_setting=_MIRROR_SETTING)
    return [download.path for download in downloads]


def _pinned(listed: str) -> list[tuple[str, str, str]]:
    lines = _DATA.joinpath(listed).read_text("utf-8").splitlines()
    entries = [line.split() for line in lines if not line.startswith("#")]
    return [(digest, size, path) for digest, size, path in entries]
