"""What a stack could not do with a release of provider aws that its user has, or that its lock file names."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pcaform.core.files import display_name, read_if_present
from pcaform.core.finding import Finding, Location, Severity
from pcaform.core.problems import Failure
from pcaform.render.plan.resources import calls
from pcaform.render.plan.stack import uses_of
from pcaform.rules.together import SpecFile
from pcaform.terraform import provider_releases

RULE = "provider-release"


def check_release(files: list[SpecFile], release: str) -> Iterator[Finding]:
    """Yield what does not work with a release for each spec; raises Failure for what is not a release."""
    if provider_releases.parse(release) is None:
        raise Failure(f"'--provider {release}': not a release of provider aws, expected one such as 6.69.1")
    for path, spec, _ in files:
        for message in provider_releases.problems(release, *uses_of(calls(spec))):
            location = Location(display_name(path))
            yield Finding(RULE, f"provider aws {release}", message, location=location)


def check_locked(file: SpecFile, directory: Path) -> Iterator[Finding]:
    """Yield, as warnings, what does not work with the release that a stack's lock file names."""
    path = directory / provider_releases.LOCK_FILE
    release = provider_releases.locked((read_if_present(path) or b"").decode(errors="replace"))
    if release is not None and provider_releases.parse(release) is not None:
        advice = f"{path} names it, 'terraform init -upgrade' takes a later one"
        for each in check_release([file], release):
            yield replace(each, advice=advice, severity=Severity.WARNING)
