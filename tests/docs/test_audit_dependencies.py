"""What `make audit` says of what pip-audit found."""

import json

from docs.audit_dependencies import read_audit

SOUND = {"name": "click", "version": "8.5.1", "vulns": []}
ADVISORY = {"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": [], "description": "Bad."}
VULNERABLE = {"name": "thing", "version": "2.0", "vulns": [ADVISORY]}
UNKNOWN = {"name": "other", "skip_reason": "Dependency not found on PyPI"}


def answer(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_an_advisory_names_the_package_and_the_version_that_is_sound() -> None:
    audit = read_audit(answer(SOUND, VULNERABLE), pins=2)

    assert audit.findings == ("thing 2.0: PYSEC-1, fixed in 2.1",)
    assert "2 packages audited, 1 advisories." in audit.describe()


def test_what_could_not_be_asked_is_said() -> None:
    assert (
        "SKIPPED: 1 packages could not be audited"
        in read_audit(answer(SOUND, UNKNOWN), pins=2).describe()
    )
    for nothing in (read_audit(answer(UNKNOWN, UNKNOWN), pins=2), read_audit("", pins=2)):
        assert nothing.describe().startswith("SKIPPED: none of 2 packages was audited")
        assert not nothing.findings
