"""Where things stand in the house: what the architecture tests walk over."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHASSIS = ROOT / "libs/chassis/src/care_chassis"
CONTRACTS = ROOT / "schemas/src/care_contracts"
SERVICES = {path.name: path for path in sorted((ROOT / "services").iterdir()) if path.is_dir()}
"""Each service's folder by its name with dashes, such as `adt-ingest`."""


def package_of(service: str) -> Path:
    """The folder of the service's Python package."""
    return SERVICES[service] / "src" / service.replace("-", "_")


def sources() -> list[Path]:
    """Every Python module that is deployed or runs the stack; tests are not among them."""
    roots = ("schemas", "libs", "services", "tools")
    return sorted(path for root in roots for path in (ROOT / root).glob("**/src/**/*.py"))


def modules_of_tests() -> list[Path]:
    """Every Python module of the tests."""
    return sorted((ROOT / "tests").rglob("*.py"))


def shown(path: Path) -> str:
    """The path as a failure names it."""
    return path.relative_to(ROOT).as_posix()
