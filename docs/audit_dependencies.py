"""Asks PyPI's advisories about every pinned package, with pip-audit.

Exit status 1 if one is known to be vulnerable. What could not be asked is said, and is no failure:
a machine without a network can still run it.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PINS = Path(__file__).parent.parent / "constraints.txt"
# Where nothing answers, each of nearly 200 questions would wait for its own time limit.
SECONDS = 90.0
COMMAND = ("pip_audit", "--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json")


@dataclass(frozen=True, slots=True)
class Audit:
    """What is known of the pinned packages."""

    asked: int
    skipped: int
    # A line for each advisory.
    findings: tuple[str, ...]

    def describe(self) -> str:
        if not self.asked:
            return (
                f"SKIPPED: none of {self.skipped} packages was audited, as PyPI's advisories "
                "cannot be reached from here. Run `make audit` where they can."
            )
        lines = [f"{self.asked} packages audited, {len(self.findings)} advisories.", *self.findings]
        if self.skipped:
            lines.append(f"SKIPPED: {self.skipped} packages could not be audited.")
        return "\n".join(lines)


def main() -> int:
    audit = read_audit(_run(PINS), len(PINS.read_text().splitlines()) - 1)
    sys.stdout.write(audit.describe() + "\n")
    return 1 if audit.findings else 0


def read_audit(answer: str, pins: int) -> Audit:
    """What pip-audit wrote; without an answer, all pins count as skipped."""
    if not answer:
        return Audit(0, pins, ())
    packages = json.loads(answer)["dependencies"]
    asked = [package for package in packages if "vulns" in package]
    findings = [_describe(package, one) for package in asked for one in package["vulns"]]
    return Audit(len(asked), len(packages) - len(asked), tuple(findings))


def _describe(package: dict[str, Any], advisory: dict[str, Any]) -> str:
    fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {advisory['id']}, fixed in {fixed}"


def _run(pins: Path) -> str:
    """Its output; empty where it did not end in time, or could not begin."""
    command = [sys.executable, "-m", *COMMAND, f"--requirement={pins}"]
    try:
        # Its own status is 1 for findings as well as for failures.
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
