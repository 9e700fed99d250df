"""Every rule with its id, and the function that applies them all to a document."""

from collections.abc import Iterator

from pcaform.core.problems import Problem, Severity
from pcaform.rules import (
    activation,
    adoption,
    grants,
    hierarchy,
    keys,
    moves,
    names,
    permissions,
    principals,
    regions,
    removals,
    revocation,
    sharing,
    validity,
    waivers,
)
from pcaform.spec.finding import Check, Finding, Rule
from pcaform.spec.messages import suggest_nearest
from pcaform.spec.parse import locate
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, Loc


def _error(name: str, check: Check) -> Rule:
    return Rule(name, Severity.ERROR, check)


def _warning(name: str, check: Check) -> Rule:
    return Rule(name, Severity.WARNING, check)


RULES: tuple[Rule, ...] = (
    _error("unknown-parent", hierarchy.parent_exists),
    _error("parent-of-type", hierarchy.parent_fits_type),
    _error("parent-cycle", hierarchy.no_cycle),
    _error("path-length", hierarchy.path_length_fits_parent),
    _error("short-lived-parent", hierarchy.short_lived_is_last),
    _error("parent-key", hierarchy.referenced_parent_has_key),
    _error("validity-missing", validity.validity_is_given),
    _error("validity-value", validity.validity_fits_type),
    _error("outlives-parent", validity.child_ends_before_parent),
    _error("shorter-than-managed", validity.managed_certificates_fit),
    _error("signing-algorithm", keys.signing_algorithm_fits_key),
    _error("provider-version", keys.provider_can_write_it),
    _error("empty-subject", keys.subject_has_a_field),
    _error("subject-text", regions.subject_is_plain_text),
    _error("module-name", keys.module_names_differ),
    _error("reissue", adoption.adopted_is_not_reissued),
    _error("arn-place", adoption.arn_is_of_this_place),
    _error("certificate-place", adoption.certificate_is_where_its_authority_is),
    _error("arn-twice", adoption.arns_differ),
    _error("deletion-window", adoption.adopted_keeps_deletion_window),
    _warning("disabled-before-active", adoption.disabled_only_when_active),
    _warning("revocation-left-out", adoption.adopted_names_revocation),
    _error("pending-parent", activation.pending_signs_nothing),
    _warning("pending-permission", activation.pending_is_not_permitted),
    _error("issued-elsewhere", activation.elsewhere_means_elsewhere),
    _error("offline-certificate", activation.offline_certificate_fits),
    _error("offline-date", activation.offline_certificate_is_in_date),
    _error("crl-incomplete", revocation.list_has_bucket),
    _error("crl-public", revocation.list_is_not_public),
    _error("cname-protocol", revocation.name_has_no_protocol),
    _error("partial-permission", permissions.permission_is_whole),
    _error("second-permission", permissions.permission_is_single),
    _error("short-lived-permission", permissions.short_lived_has_no_permission),
    _error("foreign-permission", permissions.permitted_authority_is_of_this_account),
    _error("unknown-authority", grants.granted_authorities_exist),
    _error("managed-without-permission", grants.managed_grant_has_permission),
    _error("managed-authority", grants.managed_grant_fits_authority),
    _error("certificate-key", grants.certificate_fits_authority),
    _error("unknown-template", grants.templates_exist),
    _error("ca-template", grants.no_ca_template),
    _error("privileged-template", grants.no_privileged_template),
    _error("grants-or-policy", grants.issuer_has_something),
    _error("policy-size", grants.policy_is_short_enough),
    _error("duty-size", grants.duty_is_short_enough),
    _error("domain-names", grants.domain_names_are_narrow),
    _error("owner-tag", grants.owner_can_be_tagged),
    _error("share", sharing.share_names_someone),
    _error("bucket-name", sharing.bucket_can_be_made),
    _error("removed-still-here", removals.removed_is_gone),
    _error("removed-arn", removals.removed_arn_fits),
    _error("renamed-from", removals.renamed_from_is_gone),
    _error("moves", moves.moves_are_addresses),
    Rule("move-target", Severity.ERROR, moves.moves_arrive, is_of_whole=True),
    _error("user-name", names.user_names_differ),
    _error("one-principal", names.issuer_is_one_principal),
    _error("trust-nobody", principals.somebody_is_trusted),
    _error("trust-anybody", principals.trust_is_narrow),
    _error("trust-partition", principals.trusted_arns_are_of_partition),
    _error("existing-principal", principals.existing_principal_is_ours),
    _error("tags", names.tags_are_taken),
    _warning("region", regions.region_is_known),
    _error("partition", regions.arns_are_of_partition),
    _error("china", regions.china_has_its_own),
    _error("waiver", waivers.waiver_names_a_finding),
)
"""In the order of the documentation."""


def findings(spec: Spec) -> Iterator[tuple[Rule, Finding]]:
    """Yield what all rules find in a spec, but for what its items ignore."""
    found = [each for rule in RULES if not rule.is_of_whole for each in _found(rule, spec)]
    yield from found
    if not any(rule.severity is Severity.ERROR for rule, _ in found):
        yield from (each for rule in RULES if rule.is_of_whole for each in _found(rule, spec))


def _found(rule: Rule, spec: Spec) -> Iterator[tuple[Rule, Finding]]:
    yield from ((rule, each) for each in rule.check(spec) if not _is_ignored(spec, rule, each.loc))


def problems(spec: Spec, document: Document) -> list[Problem]:
    """Return what all rules find in a spec, each at its place in the document the spec was read from."""
    found = [
        document.problem(locate(document, finding.loc), finding.message, rule=rule.id, severity=rule.severity)
        for rule, finding in findings(spec)
    ]
    found += [
        document.problem(locate(document, finding.loc), finding.message, rule="ignore")
        for finding in _unknown_rules(spec)
    ]
    return list(dict.fromkeys(found))


def _is_ignored(spec: Spec, rule: Rule, loc: Loc) -> bool:
    """Tell whether the item that a finding is about ignores the rule, with a reason."""
    section = getattr(spec, str(loc[0]))
    item = section.get(loc[1]) if isinstance(section, dict) else None
    return any(ignored.rule == rule.id for ignored in getattr(item, "ignore", ()))


def _unknown_rules(spec: Spec) -> Iterator[Finding]:
    """Yield each ignored rule that does not exist, so that a misspelt one is not trusted."""
    known = [rule.id for rule in RULES]
    for section in ("certificate_authorities", "issuers", "administrators", "auditors", "certificates"):
        for key, item in getattr(spec, section).items():
            for index, ignored in enumerate(item.ignore):
                if ignored.rule not in known:
                    message = f"there is no rule '{ignored.rule}'{suggest_nearest(ignored.rule, known)}"
                    yield Finding((section, key, "ignore", index, "rule"), message)
