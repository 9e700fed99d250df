"""What a stack could not do with a release of provider aws that its user has."""

from collections.abc import Iterator

from pcaform.core.files import display_name
from pcaform.core.finding import Finding, Location
from pcaform.core.problems import Failure
from pcaform.render.plan.resources import build_placeholders, calls, resources
from pcaform.render.plan.stack import values_of
from pcaform.rules.together import SpecFile
from pcaform.terraform import provider_releases

RULE = "provider-release"


def check_release(files: list[SpecFile], release: str) -> Iterator[Finding]:
    """Yield what does not work with a release for each spec; raises Failure for what is not a release."""
    if provider_releases.parse(release) is None:
        raise Failure(f"'--provider {release}': not a release of provider aws, expected one such as 6.69.1")
    for path, spec, _ in files:
        kinds = {each.type for each in resources(spec, build_placeholders(spec)).values()}
        for message in provider_releases.problems(release, values_of(calls(spec)), kinds):
            location = Location(display_name(path))
            yield Finding(RULE, f"provider aws {release}", message, location=location)
