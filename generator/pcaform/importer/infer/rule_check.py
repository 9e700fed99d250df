"""The draft of a spec is fitted to the rules: an entry that breaks one is taken out with all that depends on it.

An entry that only breaks what existing resources may break ignores the rule, with the reason.
"""

import re
from collections.abc import Callable, Iterable

from pcaform.core.finding import Severity
from pcaform.core.grouping import grouped
from pcaform.core.problems import Failure
from pcaform.importer.infer.context import CAS, SHARES, SpecEntry
from pcaform.importer.infer.draft import Draft
from pcaform.importer.infer.forgotten import find_clashes, find_invented
from pcaform.render.history import list_calls
from pcaform.render.plan.resources import StackResource, placeholders_of, resources
from pcaform.rules.load import findings
from pcaform.rules.spec_rules import (
    adoption,
    constraints,
    grants,
    hierarchy,
    passthrough,
    practice,
    principals,
    revocation,
)
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc
from pcaform.terraform.module_names import share

_AS_FOUND = "imported as it exists"
_ISSUED = "imported as already issued"
TOLERATED_RULES = {
    hierarchy.path_length_fits_parent.id: _ISSUED,
    hierarchy.validity_fits_type.id: _ISSUED,
    hierarchy.ca_ends_before_parent.id: _ISSUED,
    grants.ca_outlives_managed_certificates.id: _ISSUED,
    adoption.adopted_ca_keeps_deletion_window.id: "the state has this value already",
    adoption.offline_certificate_matches_ca.id: _ISSUED,
    adoption.offline_certificate_is_valid_now.id: _ISSUED,
    constraints.names_are_within_constraints.id: _ISSUED,
    constraints.template_fits_ca.id: _ISSUED,
    revocation.crl_is_not_public.id: _AS_FOUND,
    revocation.crl_can_be_read.id: _AS_FOUND,
    revocation.distribution_answers_for_names.id: _AS_FOUND,
    revocation.cname_has_no_protocol.id: _AS_FOUND,
    grants.permission_has_all_actions.id: "imported as it exists: ACM cannot renew until it has all three actions",
    grants.short_lived_ca_has_no_permission.id: _AS_FOUND,
    grants.acm_has_permission.id: "not in the source: ACM can renew only if the CA permits it",
    grants.acm_can_issue_from_ca.id: _AS_FOUND,
    grants.certificate_key_matches_ca.id: _AS_FOUND,
    grants.no_privileged_template.id: _AS_FOUND,
    grants.domain_names_are_narrow.id: _AS_FOUND,
    grants.domain_names_are_lower_case.id: _AS_FOUND,
    principals.trust_is_narrow.id: _AS_FOUND,
    principals.china_settings_match_region.id: _AS_FOUND,
    passthrough.passthrough_has_shape_of_api.id: _ISSUED,
    practice.subjects_are_unique.id: _AS_FOUND,
}
"""Rules that existing resources may break, each with the reason that is written to the spec.

An entry ignores them in this order.
"""


_ADVICE = re.compile(
    r"(?:: |, |; )(?:add|choose|create|give|grant|keep|leave|make|merge|name|remove|rename|split|take|write) .*"
)
"""What the message of a rule tells the author of a spec to do: nobody wrote one with what is left out."""
_WITHOUT_IGNORE = (SHARES, "crl_buckets")


class RuleCheck:
    """Takes out of a draft what breaks a rule, with all that depends on it; an entry is written whole, or not at all.

    `ignored` are the tolerated rules that entries break, by section and key, each with what it says.
    """

    def __init__(self, draft: Draft) -> None:
        self.ignored: dict[tuple[str, str], dict[str, str]] = {}
        self._draft = draft
        self._dependents = grouped((arn, each) for each in draft.entries.values() for arn in each.referenced_cas)
        self._by_address = {old: entry for entry in draft.entries.values() for old, _ in entry.addresses}
        for entry, reason in draft.rejected:
            draft.entries[entry.id] = entry
            self._take_out(entry, reason)

    def fit(self, build: Callable[[], Spec], inventory: Inventory) -> Spec:
        """Return the spec of what remains of the draft; raises Failure for a broken rule that no entry causes."""
        while True:
            spec = build()
            if not (self._apply(spec) or self._take_out_clashes(spec, inventory)):
                return spec

    def _take_out_clashes(self, spec: Spec, inventory: Inventory) -> bool:
        """Take out each entry of which a plan would replace or destroy something; tell whether there was one."""
        entries = list(self._draft.entries.values())
        rendered, owners = rendered_resources(spec, entries), _owners(spec, entries)
        clashes = list(find_invented(inventory, entries))
        if inventory.source.has_addresses:
            clashes += find_clashes(inventory, entries, rendered=rendered, owners=owners)
        for entry, reason in clashes:
            self._take_out(entry, reason)
        return bool(clashes)

    def _apply(self, spec: Spec) -> bool:
        """Apply the rules' findings; tell whether the draft changed, so that the rules have to be checked again."""
        is_changed = False
        unexplained: list[tuple[Loc, str]] = []
        earlier = {id_: frozenset(rules) for id_, rules in self.ignored.items()}
        for rule, found in findings(spec):
            if rule.severity is not Severity.ERROR:
                continue
            entry = self._entry_at(found.loc)
            if entry is None:
                unexplained.append((found.loc, found.message))
                continue
            is_changed = True
            is_tolerated = rule.id in TOLERATED_RULES and entry.section not in _WITHOUT_IGNORE
            if is_tolerated and rule.id not in earlier.get(entry.id, ()):
                self.ignored.setdefault(entry.id, {})[rule.id] = found.message
            else:
                self._take_out(entry, _ADVICE.sub("", found.message))
        if unexplained and not is_changed:
            loc, message = unexplained[0]
            raise Failure(f"the found resources break a rule for specs, {'.'.join(map(str, loc))}: {message}")
        return is_changed

    def _entry_at(self, loc: Loc) -> SpecEntry | None:
        """Return the entry that a finding is about: for a move that of the moved resource."""
        section, key = (str(step) for step in (*loc, "", "")[:2])
        return self._by_address.get(key) if section == "moves" else self._draft.entries.get((section, key))

    def _take_out(self, entry: SpecEntry, reason: str) -> None:
        """Take an entry out of the draft with all that depends on it, each with its reason."""
        removed: dict[str, str] = {}
        waiting = [(entry, reason)]
        while waiting:
            each, why = waiting.pop()
            if self._draft.entries.pop(each.id, None) is None:
                continue
            address = each.resource.address
            belonging = dict.fromkeys(each.covered_addresses, f"it belongs to {address}, which is left out")
            removed = {**belonging, address: why, **removed}
            waiting += [(other, why) for other in self._draft.entries.values() if _is_of_same_principal(each, other)]
            if each.section == CAS:
                needed = f"it needs {address}, which is left out"
                waiting += [
                    (other, needed) for other in self._dependents.get(str(each.resource.attributes.get("arn")), ())
                ]
        kept = [note for note in self._draft.notes if note.address not in removed]
        self._draft.notes = [*kept, *(ImportNote("left out", at, why) for at, why in removed.items())]


def _is_of_same_principal(one: SpecEntry, other: SpecEntry) -> bool:
    """Tell whether two entries are of one existing principal, which has several policies."""
    names = ("existing_user", "existing_role")
    return one.section == other.section and any(one.data.get(each, "") == other.data.get(each) for each in names)


def rendered_resources(spec: Spec, entries: Iterable[SpecEntry]) -> dict[str, StackResource]:
    """Return the resources of the stack, by address."""
    arns = {each.key: str(each.resource.attributes["arn"]) for each in entries if each.section == CAS}
    return resources(spec, placeholders_of(spec, arns))


def _owners(spec: Spec, entries: Iterable[SpecEntry]) -> dict[str, SpecEntry]:
    """Return the entry of each module call; a share is one of its own."""
    owners: dict[str, SpecEntry] = {}
    for entry in sorted(entries, key=lambda each: each.section == SHARES):
        generation = spec.managed[entry.key].generation if entry.key in spec.managed else 0
        is_share = entry.section == SHARES
        calls = [share(entry.key)] if is_share else list_calls(entry.section, entry.key, generation=generation)
        owners |= dict.fromkeys(calls, entry)
    return owners
