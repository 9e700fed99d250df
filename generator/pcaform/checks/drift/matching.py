"""Finds the CA at AWS for each CA of a spec: by its ARN, or else by name, type and region; never by a guess."""

from collections.abc import Mapping
from dataclasses import dataclass

from pcaform.sources.account_snapshot import GONE, AccountSnapshot, CaStatus
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.stack import Spec


@dataclass(frozen=True, slots=True)
class CaMatches:
    """The matches of a spec's CAs, by key: exactly one, or several candidates. A CA without a match is in neither."""

    unique: Mapping[str, CaStatus]
    ambiguous: Mapping[str, tuple[CaStatus, ...]]

    @property
    def arns(self) -> Mapping[str, str]:
        """The ARNs of the unique matches, by key."""
        return {key: live.arn for key, live in self.unique.items()}


def region_of(spec: Spec, key: str) -> str:
    """Return the region of a spec's CA."""
    arn = spec.certificate_authorities[key].arn
    return spec.region_of(key) if arn is None else arn.split(":")[3]


def match_cas(spec: Spec, snapshot: AccountSnapshot) -> CaMatches:
    """Find each CA of a spec in an account."""
    unique, ambiguous = {}, {}
    for key in spec.certificate_authorities:
        candidates = [live for live in snapshot.authorities if _is_candidate(spec, key, live)]
        # deleted or failed ones only if there is no other
        cas = tuple(live for live in candidates if live.status not in GONE) or tuple(candidates)
        if len(cas) == 1:
            unique[key] = cas[0]
        elif cas:
            ambiguous[key] = cas
    return CaMatches(unique, ambiguous)


def is_named(spec: Spec, live: CaStatus) -> bool:
    """Tell whether a CA at AWS can be one of a spec's."""
    return any(_is_candidate(spec, key, live) for key in spec.certificate_authorities)


def _is_candidate(spec: Spec, key: str, live: CaStatus) -> bool:
    ca = spec.certificate_authorities[key]
    if ca.arn is not None:
        return live.arn == ca.arn
    arns = {each.arn for each in spec.certificate_authorities.values()}
    is_here = live.region == region_of(spec, key) and not live.is_foreign and live.arn not in arns
    return is_here and _has_same_name(live, ca)


def _has_same_name(live: CaStatus, ca: CertificateAuthority) -> bool:
    (configuration,) = live.arguments["certificate_authority_configuration"]
    subject = {name: value for name, value in configuration["subject"][0].items() if value}
    name, whole = ca.subject.common_name, ca.subject.model_dump(exclude_none=True)
    is_same = subject.get("common_name") == name if name else subject == whole
    return is_same and live.arguments["type"] == ca.type
