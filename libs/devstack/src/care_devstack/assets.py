"""Scripts for the browser, from npm archives with pinned digests (`deploy/assets.yaml`)."""

import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from care_devstack.downloads import Download, digest_from_integrity, fetch_missing
from care_devstack.problems import StackProblem
from care_devstack.settings import CHECKOUT, StackSettings

_MIRROR_SETTING = "CARE_NPM_REGISTRY"


class AssetPackage(BaseModel):
    """One npm package, and which of its files we serve under which name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    integrity: str
    files: Mapping[str, str]

    @property
    def archive(self) -> str:
        return f"{self.name.rpartition('/')[2]}-{self.version}.tgz"


class AssetList(BaseModel):
    """All packages, and the folder below the checkout where their files go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    destination: Path
    packages: Sequence[AssetPackage]


@dataclass(frozen=True)
class Assets:
    """The browser assets of one checkout."""

    settings: StackSettings

    def have(self) -> int:
        """Fetch and unpack what is missing; gives back how many files were written."""
        listed = AssetList.model_validate(
            yaml.safe_load((self.settings.deploy_dir / "assets.yaml").read_text("utf-8"))
        )
        downloads = [self._download(package) for package in listed.packages]
        fetch_missing(downloads, title="Fetching browser assets", mirror_setting=_MIRROR_SETTING)
        folder = CHECKOUT / listed.destination
        folder.mkdir(parents=True, exist_ok=True)
        return sum(
            _unpack(download.path, package.files, folder)
            for download, package in zip(downloads, listed.packages, strict=True)
        )

    def _download(self, package: AssetPackage) -> Download:
        return Download(
            url=f"{self.settings.npm_registry}/{package.name}/-/{package.archive}",
            path=self.settings.cache_dir / "npm" / package.archive,
            digest=digest_from_integrity(package.integrity),
        )


def _unpack(archive: Path, files: Mapping[str, str], folder: Path) -> int:
    """Copy the files that differ from what lies there already."""
    written = 0
    with tarfile.open(archive) as content:
        for inside, name in files.items():
            member = content.extractfile(inside)
            if member is None:
                raise StackProblem(
                    f"{archive.name} holds no file {inside}: see deploy/assets.yaml."
                )
            fresh, target = member.read(), folder / name
            if not target.is_file() or target.read_bytes() != fresh:
                target.write_bytes(fresh)
                written += 1
    return written
