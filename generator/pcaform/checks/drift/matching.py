"""Which CA at AWS each CA of a spec is: by its ARN, else by its name, type and region; never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass

from pcaform.sources.account_snapshot import GONE, AccountSnapshot, CaStatus
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.stack import Spec


@dataclass(frozen=True, slots=True)
class CaMatches:
    """What was found of each CA of a spec, by its key: the one, none, or several of which none can be told."""

    one: Mapping[str, CaStatus]
    several: Mapping[str, tuple[CaStatus, ...]]

    @property
    def arns(self) -> Mapping[str, str]:
        """The ARNs of the CAs that were found, by key."""
        return {key: each.arn for key, each in self.one.items()}


def region_of(spec: Spec, key: str) -> str:
    """Return the region that a CA of a spec is in."""
    authority = spec.certificate_authorities[key]
    if authority.arn is not None:
        return authority.arn.split(":")[3]
    return spec.region_of(key)


def match_cas(spec: Spec, snapshot: AccountSnapshot) -> CaMatches:
    """Find each CA of a spec in an account."""
    found = {key: _fitting(spec, key, snapshot) for key in spec.certificate_authorities}
    return CaMatches(
        {key: each[0] for key, each in found.items() if len(each) == 1},
        {key: each for key, each in found.items() if len(each) > 1},
    )


def is_named(spec: Spec, found: CaStatus) -> bool:
    """Tell whether a CA can be one of a spec's."""
    return any(_fits(spec, key, found) for key in spec.certificate_authorities)


def _fitting(spec: Spec, key: str, snapshot: AccountSnapshot) -> tuple[CaStatus, ...]:
    fitting = [each for each in snapshot.authorities if _fits(spec, key, each)]
    living = [each for each in fitting if each.status not in GONE]
    return tuple(living or fitting)


def _fits(spec: Spec, key: str, found: CaStatus) -> bool:
    wanted = spec.certificate_authorities[key]
    if wanted.arn is not None:
        return found.arn == wanted.arn
    taken = {each.arn for each in spec.certificate_authorities.values()}
    is_here = found.region == region_of(spec, key) and not found.is_foreign and found.arn not in taken
    return is_here and _has_name(found, wanted)


def _has_name(found: CaStatus, wanted: CertificateAuthority) -> bool:
    (configuration,) = found.arguments["certificate_authority_configuration"]
    subject = {name: value for name, value in configuration["subject"][0].items() if value}
    name = wanted.subject.common_name
    same = subject.get("common_name") == name if name else subject == _named(wanted)
    return same and found.arguments["type"] == wanted.type


def _named(wanted: CertificateAuthority) -> Mapping[str, str]:
    return wanted.subject.model_dump(exclude_none=True)
