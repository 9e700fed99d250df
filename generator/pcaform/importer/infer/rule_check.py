"""Checks an inferred spec with the rules: errors, and rules that imported resources may break."""

from collections.abc import Iterator

from pcaform.core.finding import Severity
from pcaform.rules.catalog import findings
from pcaform.rules.spec_rules import (
    activation,
    adoption,
    grants,
    hierarchy,
    permissions,
    principals,
    regions,
    revocation,
    validity,
)
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_AS_FOUND = "imported as it exists"
_ISSUED = "imported as already issued"
TOLERATED_RULES = {
    hierarchy.path_length_fits_parent.id: _ISSUED,
    validity.validity_fits_type.id: _ISSUED,
    validity.ca_ends_before_parent.id: _ISSUED,
    validity.ca_outlives_managed_certificates.id: _ISSUED,
    adoption.adopted_ca_keeps_deletion_window.id: "the state has this value already",
    activation.offline_certificate_matches_ca.id: _ISSUED,
    activation.offline_certificate_is_valid_now.id: _ISSUED,
    revocation.crl_is_not_public.id: _AS_FOUND,
    revocation.cname_has_no_protocol.id: _AS_FOUND,
    permissions.permission_has_all_actions.id: "imported as it exists: ACM cannot renew until it has all three actions",
    permissions.short_lived_ca_has_no_permission.id: _AS_FOUND,
    grants.acm_has_permission.id: "imported as it exists: ACM cannot renew until the CA permits it",
    grants.acm_can_issue_from_ca.id: _AS_FOUND,
    grants.certificate_key_matches_ca.id: _AS_FOUND,
    grants.no_privileged_template.id: _AS_FOUND,
    grants.domain_names_are_narrow.id: _AS_FOUND,
    principals.trust_is_narrow.id: _AS_FOUND,
    regions.china_settings_match_region.id: _AS_FOUND,
}
"""Rules that existing resources may break, each with the reason that is written to the spec.

An entry ignores them in this order.
"""


def find_errors(spec: Spec) -> Iterator[tuple[str, Loc, str]]:
    """Yield rule, position and message of each error in a spec."""
    for rule, finding in findings(spec):
        if rule.severity is Severity.ERROR:
            yield rule.id, finding.loc, finding.message
