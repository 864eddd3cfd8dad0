"""What is kept of a download, and what is not."""

import base64
import hashlib
from pathlib import Path

import pytest

from care_devstack.downloads import (
    Digest,
    Download,
    digest_from_integrity,
    fetch_missing,
    keep,
)
from care_devstack.ports import free_ports
from care_devstack.problems import ChecksumMismatch, DownloadFailed

_CONTENT = b"the bytes that were pinned"


def _download(path: Path, url: str = "https://mirror.example/a.jar") -> Download:
    digest = Digest("sha256", hashlib.sha256(_CONTENT).hexdigest())
    return Download(url=url, path=path, digest=digest)


def test_what_has_the_pinned_digest_is_kept(tmp_path: Path) -> None:
    keep(_CONTENT, _download(tmp_path / "jars" / "a.jar"))
    assert (tmp_path / "jars" / "a.jar").read_bytes() == _CONTENT


def test_what_has_another_digest_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    with pytest.raises(ChecksumMismatch, match=r"mirror\.example/a\.jar does not have the pinned"):
        keep(b"something else", _download(tmp_path / "a.jar"))
    assert list(tmp_path.iterdir()) == []


def test_what_the_cache_holds_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "a.jar").write_bytes(_CONTENT)
    nowhere = _download(tmp_path / "a.jar", "https://nowhere.invalid/a.jar")
    assert fetch_missing([nowhere], title="Fetching", mirror_setting="MIRROR") == 0


def test_without_a_network_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    [port] = free_ports(1)
    nobody = _download(tmp_path / "a.jar", f"http://127.0.0.1:{port}/a.jar")
    with pytest.raises(DownloadFailed) as refusal:
        fetch_missing([nobody], title="Fetching", mirror_setting="CARE_MAVEN_REPOSITORY")
    assert str(refusal.value) == (
        f"Cannot download http://127.0.0.1:{port}/a.jar (ConnectError): check the network "
        "or proxy, or name a mirror with CARE_MAVEN_REPOSITORY=<address>."
    )


def test_an_integrity_string_of_a_registry_is_a_digest() -> None:
    integrity = f"sha512-{base64.b64encode(hashlib.sha512(_CONTENT).digest()).decode()}"
    assert digest_from_integrity(integrity).fits(_CONTENT)
    assert not digest_from_integrity(integrity).fits(b"something else")
