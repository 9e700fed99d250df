"""Compares the manifest of the last render with the new plan: every removal and every change of owner must be declared.

Terraform destroys a resource that is no longer written, and `prevent_destroy` disappears with the block that contains
it; it ignores edits of an issued certificate. Both happen silently, so both are errors here until the spec declares
what to do.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.core.finding import Finding
from pcaform.render.history import renamed_items
from pcaform.render.manifest import AUTHORITIES, AWS, Item, Items, Record, Terms
from pcaform.render.plan.stack import StackPlan
from pcaform.render.reuse_check import HOW, check_arn, check_moves, check_principal, check_reused_keys, is_same_existing
from pcaform.spec.cas import CertificateAuthority, Reference
from pcaform.spec.parse import Violation, locate
from pcaform.spec.sections import Destroy, Forget
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document
from pcaform.terraform.schema import by_path

RULE = "left-unsaid"
_PENDING = "pending"
_RENAMED = (AUTHORITIES, "issuers")


def list_problems(spec: Spec, document: Document, plan: StackPlan, before: Record) -> list[Finding]:
    """Return what rendering `plan` over a stack with this record would lose silently, located in the spec."""
    return sorted(
        document.problem(locate(document, finding.loc), finding.message, rule=RULE, of_key=len(finding.loc) == 1)
        for finding in check_items(spec, plan.record, before)
    )


def check_items(spec: Spec, now: Record, before: Record) -> Iterator[Violation]:
    """Yield each item of the stack on disk that the new record loses, or changes in a way that Terraform ignores."""
    renamed = renamed_items(spec)
    yield from _check_location(now, before)
    yield from check_reused_keys(spec, now, before)
    yield from check_moves(spec, now, before)
    for name, item in {**_list_undone(now, before, renamed), **before.items}.items():
        yield from _check_item(spec, (name, item), renamed, now, before)
    for name, item in before.let_go.items():
        removal = spec.removed.get(_removed_key(name))
        if name not in before.items and isinstance(removal, Destroy):
            yield from _check_destroyed(("removed", _removed_key(name)), name, item, removal, before)


def _check_item(
    spec: Spec, old: tuple[str, Item], renamed: Mapping[str, str], now: Record, before: Record
) -> Iterator[Violation]:
    """Check one item of the stack on disk: it left, or what changes in it."""
    name, item = old
    section, _, key = renamed.get(name, name).partition(".")
    new_item = now.items.get(f"{section}.{key}")
    if new_item is None or item.is_managed > new_item.is_managed:
        yield from _check_removal(spec, name, item, before) if item.is_managed or item.is_permitting else ()
    elif section == AUTHORITIES:
        yield from _check_ca(spec, key, _rename_parent(item, renamed), new_item)
    elif section == "certificates":
        yield from check_arn((section, key), item, new_item.arn)
    else:
        yield from check_principal((section, key), name, item, new_item)


def _list_undone(now: Record, before: Record, renamed: Mapping[str, str]) -> Items:
    """Return what was let go and is declared again: as a state shows that it is there, or as the existing one."""
    return {
        name: item
        for name, item in before.let_go.items()
        if (found := now.items.get(renamed.get(name, name))) is not None
        and found.is_managed
        and (item.applied or is_same_existing(item, found))
    }


def _removed_key(name: str) -> str:
    section, _, key = name.partition(".")
    return key if section == AUTHORITIES else name


def _rename_parent(item: Item, renamed: Mapping[str, str]) -> Item:
    """Return an old item with the new key of its parent."""
    terms = item.certificate
    parent = renamed.get(f"{AUTHORITIES}.{terms.further.get('parent')}") if terms else None
    if terms is None or parent is None:
        return item
    return item.model_copy(update={"certificate": terms.model_copy(update={"parent": parent.partition(".")[2]})})


def _check_location(now: Record, before: Record) -> Iterator[Violation]:
    """Check that the stack stays in its account and region: its state only knows objects there."""
    for name, value in before.place.get(AWS, {}).items():
        if now.place[AWS].get(name) != value:
            message = (
                f"the stack on disk has {name} {value}: with another one Terraform would create every CA again, so "
                "use a new stack for it"
            )
            yield Violation((AWS, name), message)


def _check_removal(spec: Spec, name: str, item: Item, before: Record) -> Iterator[Violation]:
    """Check an item that is no longer in the spec against its entry under `removed`."""
    section, _, key = name.partition(".")
    removed_key = _removed_key(name)
    removal = spec.removed.get(removed_key)
    if removal is None:
        ways_to_keep = "keep it, rename it with 'renamed_from'," if section in _RENAMED else "keep it under this key,"
        message = (
            f"'{key}' was in this stack, and Terraform would destroy it: {ways_to_keep} or write"
            f" 'removed: {{{removed_key}: forget}}' (it stays at AWS)"
            f" or 'removed: {{{removed_key}: {{destroy: ITS-ARN}}}}'"
        )
        yield Violation((section,), message)
        return
    loc = ("removed", removed_key)
    if isinstance(removal, Destroy):
        yield from _check_destroyed(loc, name, item, removal, before)
    else:
        yield from _check_forgotten_generation(removed_key, item, removal)
    provider = None if isinstance(removal, str) else removal.provider
    if item.provider not in (None, provider and provider.model_dump(exclude_none=True)):
        yield Violation(loc, f"'{key}' had its own 'provider': repeat it here, so that Terraform finds '{key}'")


def _check_destroyed(
    loc: tuple[str, str], name: str, item: Item, removal: Destroy, before: Record
) -> Iterator[Violation]:
    """Check that an item to destroy is not protected, and that the ARN which confirms it is its own, if it is known."""
    key, typed = name.partition(".")[2], removal.destroy
    if item.protected:
        message = f"'{key}' is protected: apply it once with 'deletion_protection: false', then destroy it"
        yield Violation(loc, message)
    known, principal = item.known_arn, item.principal
    others = [
        other
        for table in (before.items, before.let_go if known is None else {})
        for other, each in table.items()
        if other != name and typed in (each.known_arn, each.removal and each.removal.destroy)
    ]
    if known is not None and known != typed:
        yield Violation((*loc, "destroy"), f"'{typed}' is not '{key}', which is {known}")
    elif principal in ("user", "role") and f":{principal}/" not in typed:
        yield Violation((*loc, "destroy"), f"'{typed}' is not '{key}', which is a {principal}")
    elif item.name is not None and re.split("[:/]", typed)[-1] != item.name:
        yield Violation((*loc, "destroy"), f"'{typed}' is not '{key}', whose name is '{item.name}'")
    elif others:
        yield Violation((*loc, "destroy"), f"'{typed}' is '{others[0].partition('.')[2]}', not '{key}'")


def _check_identity(loc: tuple[str, str], before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Violation]:
    """Check what AWS never changes: Terraform would replace the CA, and orphan every certificate below it."""
    for name, value in before.items() if now else ():
        row = by_path().get(f"{AUTHORITIES}.*.{name}")
        is_kept = name not in now and row is not None and row.is_computed  # left out, it stays as it is
        if now.get(name) != value and not is_kept:
            message = (
                f"{name} was {_describe(value)}, seen {_describe(now.get(name))}: this makes it another CA. Give it "
                f"a new key, and declare under 'removed' what happens to '{loc[1]}'"
            )
            yield Violation((*loc, name), message)


def _check_forgotten_generation(key: str, item: Item, removal: str | Forget) -> Iterator[Violation]:
    """Check that `removed` covers the last generation of a forgotten CA: otherwise Terraform would revoke it."""
    terms, last = item.certificate, removal.generation if isinstance(removal, Forget) else 1
    if terms is not None and terms.generation > last:
        entry = f"{key}: {{forget: everything, generation: {terms.generation}}}"
        message = f"Terraform would revoke its certificate of generation {terms.generation}: write '{entry}'"
        yield Violation(("removed", key), message)


def _check_ca(spec: Spec, key: str, before: Item, now: Item) -> Iterator[Violation]:
    """Check a CA that stays: its provider, and the certificate that this stack issued for it."""
    loc = (AUTHORITIES, key)
    if before.managed and before.provider != now.provider:
        message = f"'{key}' had another 'provider': a CA cannot move, and Terraform would create a second one"
        yield Violation((*loc, "provider"), message)
    if now.is_managed or now.arn is not None:  # else only Terraform reads it, and the plan shows another one
        yield from check_arn(loc, before, now.arn)
    yield from _check_identity(loc, before.identity, now.identity)
    yield from _check_revocation(loc, before.revocation, now.revocation)
    if before.is_permitting:
        yield from _check_permission(loc, spec.certificate_authorities[key], is_forgotten=key in spec.removed)
    issued, planned = before.certificate, now.certificate
    if issued is not None and planned is None:
        yield from _check_handover(spec, key, issued)
    elif issued is not None and planned is not None:
        yield from _check_certificate_terms(loc, issued, planned)
    elif planned is not None and before.managed:
        yield from _check_second_certificate(loc, before.activation, planned.generation)
    yield from _check_back_to_pending(loc, before, now)


def _check_revocation(loc: tuple[str, str], before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Violation]:
    """Check that revocation is not switched off by omitting its block: revoked certificates would stay unknown."""
    for name, was_on in before.items():
        if was_on and name not in now:
            message = (
                f"{name} was enabled, and Terraform would disable it: to do so, write '{name}: {{enabled: false}}'"
            )
            yield Violation((*loc, "revocation_configuration"), message)


def _check_permission(
    loc: tuple[str, str], authority: CertificateAuthority | Reference, *, is_forgotten: bool
) -> Iterator[Violation]:
    """Check that a permission is not removed by omitting it: ACM would stop renewing, which is noticed only late."""
    is_kept = is_forgotten and isinstance(authority, Reference)
    if not (authority.permissions or is_kept or "permissions" in authority.model_fields_set):
        stays = f", or 'removed: {{{loc[1]}: forget}}' to keep it at AWS" if isinstance(authority, Reference) else ""
        message = (
            f"'{loc[1]}' permitted ACM to renew, and without that every certificate that ACM manages on it expires: "
            f"write 'permissions: []' to remove the permission{stays}"
        )
        yield Violation((*loc, "permissions"), message)


def _check_handover(spec: Spec, key: str, issued: Terms) -> Iterator[Violation]:
    """Check that a certificate that is no longer issued here is forgotten: otherwise Terraform would revoke it."""
    removal, generation = spec.removed.get(key), issued.generation
    if spec.managed[key].activation not in (None, "external", _PENDING):
        message = (
            f"Terraform cannot forget the certificate of '{key}' and install another one at once: apply"
            f" 'activation: external' and 'removed: {{{key}: {{forget: certificate, generation: {generation}}}}}' first"
        )
        yield Violation((AUTHORITIES, key, "activation"), message)
    if not isinstance(removal, Forget) or removal.generation < generation:
        entry = f"removed: {{{key}: {{forget: certificate, generation: {generation}}}}}"
        message = f"this stack issued the certificate of '{key}', and Terraform would revoke it: write '{entry}'"
        yield Violation((AUTHORITIES, key, "activation"), message)


def _check_second_certificate(loc: tuple[str, str], before: str | None, generation: int) -> Iterator[Violation]:
    """Check that a CA with a certificate from elsewhere does not get a second one from this stack by accident.

    In the manifest of an earlier pcaform, such a CA looks like one that waits for its first certificate.
    """
    if before == _PENDING or generation > 1:
        return
    message = (
        f"'{loc[1]}' has a certificate from elsewhere, and this would issue and install another one: keep its "
        "'activation', or write 'generation: 2' to issue one here on purpose"
    )
    if before is None:
        message = (
            f"an earlier pcaform rendered '{loc[1]}' and did not record whether it has a certificate from elsewhere, "
            "which this would replace: render the previous spec once more, and then this one"
        )
    yield Violation(loc, message)


def _check_back_to_pending(loc: tuple[str, str], before: Item, now: Item) -> Iterator[Violation]:
    """Check that a CA with a certificate does not go back to `pending`: it would lose its permissions and shares."""
    had_one = before.certificate or before.activation not in (None, _PENDING)
    if had_one and now.activation == _PENDING:
        message = (
            f"'{loc[1]}' has a certificate: while it waits for another one, its permissions and shares are removed. "
            "Leave 'activation' as it was; 'aws acm-pca get-certificate-authority-csr' shows its request"
        )
        yield Violation((*loc, "activation"), message)


def _check_certificate_terms(loc: tuple[str, str], issued: Terms, planned: Terms) -> Iterator[Violation]:
    """Check that the terms of a generation stay the same: an issued certificate cannot change."""
    generation, previous = planned.generation, issued.generation
    if generation > (issued.oldest or previous) + 1 and generation == previous + 1:
        message = (
            f"Terraform cannot install generation {generation} while {issued.oldest} is installed, and it is not "
            f"known whether {previous} was applied: {HOW}"
        )
        yield Violation((*loc, "generation"), message)
    if generation not in (previous, previous + 1):
        reason = "Terraform would revoke it" if generation < previous else "Terraform cannot skip one"
        message = (
            f"generation {previous} was rendered, and {reason}: the next one is {previous + 1}. If {previous} was "
            "never applied, show the state with '--state', or restore the stack's directory to its earlier content"
        )
        yield Violation((*loc, "generation"), message)
    elif generation > previous and issued.signed_in != planned.signed_in:
        message = (
            "the earlier generation was signed with another 'provider', and Terraform would no longer find it: "
            "choose a parent with the same 'provider', or create a new CA"
        )
        yield Violation((*loc, "parent"), message)
    before, now = issued.further, planned.further
    is_known = before or issued.signed_in or issued.oldest
    for term in sorted({*before, *now}) if generation == previous and is_known else ():
        if before.get(term) != now.get(term):
            message = (
                f"generation {generation} was issued with {term} {_describe(before.get(term))}, seen "
                f"{_describe(now.get(term))}: an issued certificate cannot change, "
                f"'generation: {generation + 1}' issues a new one"
            )
            yield Violation((*loc, term), message)


def _describe(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values())
    return "none" if value is None else str(value)
