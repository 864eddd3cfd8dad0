"""Files from the network: fetched in parallel, checked against pinned digests, kept in a cache."""

import base64
import contextlib
import hashlib
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from care_devstack.problems import ChecksumMismatch, DownloadFailed

_PARALLEL = 8
_TRIES = 3
_TIMEOUT = httpx.Timeout(30, connect=10)


@dataclass(frozen=True)
class Digest:
    """What the bytes of a file must hash to."""

    algorithm: str
    hexadecimal: str

    def fits(self, content: bytes) -> bool:
        return hashlib.new(self.algorithm, content).hexdigest() == self.hexadecimal


@dataclass(frozen=True, kw_only=True)
class Download:
    """One file to have: from where, to where, and what it must be."""

    url: str
    path: Path
    digest: Digest
    size: int = 0
    """In bytes, as far as known beforehand; for the progress shown."""


def digest_from_integrity(integrity: str) -> Digest:
    """The digest in a `sha512-<base64>` string, as package registries write it."""
    algorithm, _, encoded = integrity.partition("-")
    return Digest(algorithm, base64.b64decode(encoded).hex())


def fetch_missing(downloads: Sequence[Download], *, title: str, mirror_setting: str) -> int:
    """Fetch what the cache does not hold yet and give back how many files that were.

    A file gets its final name only after its digest was checked, so what lies in the cache is good.
    """
    missing = [download for download in downloads if not download.path.is_file()]
    if not missing:
        return 0
    total = sum(download.size for download in missing)
    with (
        _Report(title, total) as report,
        httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as client,
        ThreadPoolExecutor(_PARALLEL) as pool,
    ):
        work = [pool.submit(_fetch, client, download, mirror_setting) for download in missing]
        try:
            for done in as_completed(work):
                report.advance(done.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return len(missing)


def _fetch(client: httpx.Client, download: Download, mirror_setting: str) -> int:
    try:
        answer = _get(client, download.url)
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        reason = f"the answer is {error.response.status_code}"
        raise DownloadFailed(download.url, reason, mirror_setting) from error
    except httpx.HTTPError as error:
        raise DownloadFailed(download.url, type(error).__name__, mirror_setting) from error
    keep(answer.content, download)
    return len(answer.content)


def _get(client: httpx.Client, url: str) -> httpx.Response:
    """Ask, and ask again when the connection broke: one of many often does."""
    for _ in range(_TRIES - 1):
        with contextlib.suppress(httpx.TransportError):
            return client.get(url)
    return client.get(url)


def keep(content: bytes, download: Download) -> None:
    """Put bytes into the cache if they are what was pinned. Raises ChecksumMismatch."""
    if not download.digest.fits(content):
        raise ChecksumMismatch(download.url)
    download.path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = download.path.with_name(f"{download.path.name}.{os.getpid()}.part")
    unfinished.write_bytes(content)
    unfinished.replace(download.path)


class _Report:
    """Progress as a bar on a terminal and as two plain lines elsewhere."""

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._size = f" ({total // 1_000_000} MB)" if total else ""
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(title, total=total or None)
        self._plain = not sys.stderr.isatty()

    def __enter__(self) -> Self:
        if self._plain:
            print(f"{self._title}{self._size} ...", file=sys.stderr, flush=True)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, size: int) -> None:
        self._bar.advance(self._task, size)
