"""Known holes in what the project is built on, by pip-audit: `make audit`.

`python -m benchmarks.audit PIP_AUDIT constraints.txt` asks PyPI's database of vulnerabilities about
every package that is pinned there. The exit code is 1 where there are known holes, and 0 where
there are none or the database cannot be asked, which is said.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CANARY = "pillow==9.0.0"
"""Has holes known for years: where none are told of it, nothing can be told of the others."""


def audited(pip_audit: Path, requirements: Path) -> list[dict[str, Any]]:
    """What the database knows of each pinned package; RuntimeError where it cannot be asked."""
    flags = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json"]
    done = subprocess.run(
        [pip_audit, *flags, "--requirement", requirements], capture_output=True, text=True
    )
    if not done.stdout:
        reason = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise RuntimeError(reason[-1])
    packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    return packages


def check_database(pip_audit: Path) -> None:
    """Raise RuntimeError where the database does not know what everyone knows."""
    with TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        requirements.write_text(f"{CANARY}\n")
        (package,) = audited(pip_audit, requirements)
    if not package.get("vulns"):
        reason = package.get("skip_reason") or "it tells none"
        raise RuntimeError(f"It does not know the holes of {CANARY}: {reason}")


def holes(packages: list[dict[str, Any]]) -> Iterator[str]:
    """A line for every known hole."""
    for package in packages:
        for hole in package.get("vulns", []):
            mended = ", ".join(hole["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


def main() -> int:
    """Print what is known; returns the exit code."""
    pip_audit, requirements = map(Path, sys.argv[1:])
    try:
        check_database(pip_audit)
        packages = audited(pip_audit, requirements)
    except RuntimeError as error:
        print(f"Not audited, for the database of vulnerabilities cannot be asked. {error}")
        return 0
    found = list(holes(packages))
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    print("\n".join(found) or "No holes are known.")
    print(f"{len(packages) - len(skipped)} packages audited, {len(skipped)} not: {skipped}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
