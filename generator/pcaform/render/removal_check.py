"""What an earlier render left in the manifest, against the new plan: nothing leaves or changes hands unsaid.

Terraform destroys what is no longer written, and `prevent_destroy` goes with the block that carries it; edits of an
issued certificate it ignores. Both would be silent, so both are errors here until the spec says what is meant.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.core.problems import Problem
from pcaform.render.manifest import Items
from pcaform.render.plan.manifest_items import (
    ACTIVATION,
    ARN,
    AUTHORITIES,
    AWS,
    IDENTITY,
    PERMITS,
    PRINCIPAL,
    REVOCATION,
    SIGNED_IN,
)
from pcaform.render.plan.stack import StackPlan
from pcaform.spec.cas import CertificateAuthority, Reference
from pcaform.spec.finding import Finding
from pcaform.spec.parse import locate
from pcaform.spec.sections import Destroy, Forget
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import AUTHORITY

RULE = "left-unsaid"
_CERTIFICATE = "certificate"
_PROVIDER = "provider"
_GENERATION = "generation"
_PENDING = "pending"
_RENAMED = (AUTHORITIES, "issuers")
Item = Mapping[str, Any]


def problems(spec: Spec, document: Document, plan: StackPlan, before: Items) -> list[Problem]:
    """Return what rendering `plan` over a stack with these items would lose unsaid, each at its place in the spec."""
    return sorted(
        document.problem(locate(document, finding.loc), finding.message, rule=RULE, of_key=len(finding.loc) == 1)
        for finding in findings(spec, plan, before)
    )


def findings(spec: Spec, plan: StackPlan, before: Items) -> Iterator[Finding]:
    """Yield what the stack on disk had and the new plan loses, or changes where Terraform would not follow."""
    renamed = _renamed(spec)
    yield from _other_place(plan.items, before)
    for name, source, new in _moved(spec, before):
        yield from _moved_authority(spec, source, new, before[name], plan.items[f"{AUTHORITIES}.{new}"])
    for name, item in before.items():
        if name == AWS:
            continue
        new = renamed.get(name, name)
        now = plan.items.get(new)
        if now is None or _weight(item) > _weight(now):
            yield from _departure(spec, name, item) if _weight(item) else ()
        elif name.startswith(f"{AUTHORITIES}."):
            yield from _authority(spec, new.partition(".")[2], _renamed_parent(item, renamed), now)
        elif name.startswith("issuers."):
            yield from _other_principal(new.partition(".")[2], item.get(PRINCIPAL), now[PRINCIPAL])
        elif name.startswith("certificates."):
            yield from _other_arn(("certificates", new.partition(".")[2]), item.get(ARN), now.get(ARN))


def _weight(item: Item) -> int:
    """Return what of an item Terraform holds: 2 for the thing itself, 1 for a permission on another's CA, or nothing.

    Before it was remembered which reference permits, only those were kept that do.
    """
    return 2 if item.get("managed", True) else int(item.get(PERMITS, True))


def _renamed(spec: Spec) -> dict[str, str]:
    """Return old item -> new item, as the spec names them."""
    sections: dict[str, Mapping[str, Any]] = {AUTHORITIES: spec.managed, "issuers": spec.issuers}
    return {
        f"{section}.{item.renamed_from}": f"{section}.{key}"
        for section, entries in sections.items()
        for key, item in entries.items()
        if item.renamed_from is not None
    }


def _moved(spec: Spec, before: Items) -> Iterator[tuple[str, str, str]]:
    """Yield item, source and new key of each CA that `moves` brings to another key, whatever `removed` says of it."""
    for name in before:
        section, _, old = name.partition(".")
        for new in spec.managed if section == AUTHORITIES else ():
            pairs = [(_address(old, part), _address(new, part)) for part in ("", f".{AUTHORITY}.this")]
            yield from ((name, source, new) for source, target in pairs if spec.moves.get(source) == target)


def _moved_authority(spec: Spec, source: str, key: str, before: Item, now: Item) -> Iterator[Finding]:
    """Judge a CA that moves to another key: Terraform moves it even where it is to be forgotten."""
    if before.get(IDENTITY, {}) == now.get(IDENTITY, {}):
        yield from _authority(spec, key, before, now)
        return
    message = f"'{key}' is another CA: Terraform moves before it removes, and would replace what it moves there"
    yield Finding(("moves", source), message)


def _address(key: str, part: str) -> str:
    return f"module.{module_names.ca(key)}{part}"


def _renamed_parent(item: Item, renamed: Mapping[str, str]) -> Item:
    """Return an item of before as it would be had its parent had the name that it has now."""
    terms = item.get(_CERTIFICATE)
    parent = renamed.get(f"{AUTHORITIES}.{terms.get('parent')}") if terms else None
    return {**item, _CERTIFICATE: {**terms, "parent": parent.partition(".")[2]}} if terms and parent else item


def _other_place(now: Items, before: Items) -> Iterator[Finding]:
    """Find a stack that moved: its state knows its objects in one account and region only."""
    for name, value in before.get(AWS, {}).items():
        if now[AWS].get(name) != value:
            message = (
                f"the stack on disk has {name} {value}: elsewhere Terraform would make every CA anew, so another "
                "place is another stack"
            )
            yield Finding((AWS, name), message)


def _departure(spec: Spec, name: str, item: Item) -> Iterator[Finding]:
    """Judge an item that the spec no longer has, by what it says under `removed`."""
    section, _, key = name.partition(".")
    word = key if section == AUTHORITIES else name
    removal = spec.removed.get(word)
    if removal is None:
        way = "keep it, rename it with 'renamed_from'," if section in _RENAMED else "keep it under this key,"
        message = (
            f"'{key}' was in this stack, and Terraform would destroy it: {way} or say"
            f" 'removed: {{{word}: forget}}' (it stays at AWS) or 'removed: {{{word}: {{destroy: ITS-ARN}}}}'"
        )
        yield Finding((section,), message)
        return
    loc = ("removed", word)
    if isinstance(removal, Destroy) and item.get("protected"):
        message = f"'{key}' is protected: apply it once with 'deletion_protection: false', then destroy it"
        yield Finding(loc, message)
    if not isinstance(removal, Destroy):
        yield from _kept_certificate(word, item, removal)
    if item.get(_PROVIDER) not in (None, _place(removal)):
        yield Finding(loc, f"'{key}' lived elsewhere: repeat its 'provider' here, so that Terraform finds it")


def _other_principal(key: str, before: Any, now: Any) -> Iterator[Finding]:
    """Find an issuer that becomes another kind of principal: Terraform would destroy the one that is in use."""
    if before not in (None, now, "existing"):
        message = (
            f"'{key}' was a {before} of this stack, and Terraform would destroy it: give the new one a key of its own, "
            f"and say 'removed: {{issuers.{key}: forget}}' or destroy it once nobody uses it"
        )
        yield Finding(("issuers", key), message)


def _kept_certificate(word: str, item: Item, removal: str | Forget) -> Iterator[Finding]:
    """Find a generation that `removed` does not name: Terraform would revoke it."""
    terms, last = item.get(_CERTIFICATE), removal.generation if isinstance(removal, Forget) else 1
    if terms is not None and terms[_GENERATION] > last:
        said = f"{word}: {{forget: everything, generation: {terms[_GENERATION]}}}"
        message = f"Terraform would revoke its certificate of generation {terms[_GENERATION]}: say '{said}'"
        yield Finding(("removed", word), message)


def _place(removal: str | Forget | Destroy) -> Any:
    provider = None if isinstance(removal, str) else removal.provider
    return provider and provider.model_dump(exclude_none=True)


def _authority(spec: Spec, key: str, before: Item, now: Item) -> Iterator[Finding]:
    """Judge a CA that stays: its place, and the certificate that this stack issued for it."""
    loc = (AUTHORITIES, key)
    if before.get("managed") and before.get(_PROVIDER) != now.get(_PROVIDER):
        message = f"'{key}' lives elsewhere: a CA never moves, and Terraform would make another one"
        yield Finding((*loc, _PROVIDER), message)
    if now.get(ARN) or not before.get("managed"):
        yield from _other_arn(loc, before.get(ARN), now.get(ARN))
    yield from _other_authority(loc, before.get(IDENTITY, {}), now.get(IDENTITY, {}))
    yield from _unpublished(loc, before.get(REVOCATION, {}), now.get(REVOCATION, {}))
    if before.get(PERMITS):
        yield from _unpermitted(loc, spec.certificate_authorities[key])
    issued, kept = before.get(_CERTIFICATE), now.get(_CERTIFICATE)
    if issued is not None and kept is None:
        yield from _handed_over(spec, key, issued)
    elif issued is not None and kept is not None:
        yield from _reissued(loc, issued, kept)
    elif kept is not None and before.get("managed"):
        yield from _issued_anew(loc, before.get(ACTIVATION), kept[_GENERATION])
    yield from _waiting_again(loc, before, now)


def _other_authority(loc: tuple[str, str], before: Item, now: Item) -> Iterator[Finding]:
    """Find what AWS never changes: Terraform would replace the CA, and orphan every certificate below it."""
    for name, value in before.items() if now else ():
        if now.get(name) != value:
            message = (
                f"{name} was {_shown(value)}, seen {_shown(now.get(name))}: with that it is another CA. Give it "
                f"a key of its own, and say under 'removed' what becomes of '{loc[1]}'"
            )
            yield Finding((*loc, name), message)


def _other_arn(loc: tuple[str, str], before: str | None, now: str | None) -> Iterator[Finding]:
    """Find a key that stands for another CA or certificate: all that names it would go over to that one."""
    if before is not None and before != now:
        message = (
            f"'{loc[1]}' was {before}, seen {_shown(now)}: that is another one. Give it a key of its own, and say "
            f"under 'removed' what becomes of '{loc[1]}' where this stack made or permitted something on it"
        )
        yield Finding((*loc, ARN), message)


def _unpublished(loc: tuple[str, str], before: Item, now: Item) -> Iterator[Finding]:
    """Find revocation that is switched off by leaving its block out: nobody would learn of revoked certificates."""
    for name, was_on in before.items():
        if was_on and name not in now:
            message = f"{name} was on, and without it Terraform switches it off: say '{name}: {{enabled: false}}'"
            yield Finding((*loc, "revocation_configuration"), message)


def _unpermitted(loc: tuple[str, str], authority: CertificateAuthority | Reference) -> Iterator[Finding]:
    """Find a permission that is taken away by leaving it out: ACM would renew nothing any more, which shows late."""
    if not authority.permissions and "permissions" not in authority.model_fields_set:
        message = (
            f"'{loc[1]}' permitted ACM to renew, and without that every certificate that ACM manages on it runs out: "
            "say 'permissions: []' to take it away"
        )
        yield Finding((*loc, "permissions"), message)


def _handed_over(spec: Spec, key: str, issued: Item) -> Iterator[Finding]:
    """Find a certificate that is no longer issued here and not forgotten: Terraform would revoke it."""
    removal, generation = spec.removed.get(key), issued[_GENERATION]
    if not isinstance(removal, Forget) or removal.generation < generation:
        said = f"removed: {{{key}: {{forget: certificate, generation: {generation}}}}}"
        message = f"this stack issued the certificate of '{key}', and Terraform would revoke it: say '{said}'"
        yield Finding((AUTHORITIES, key, "activation"), message)


def _issued_anew(loc: tuple[str, str], before: str | None, generation: int) -> Iterator[Finding]:
    """Find a CA whose certificate came from elsewhere and that gets another one from this stack.

    A manifest of an earlier pcaform does not tell such a CA from one that waits for its first certificate.
    """
    if before == _PENDING or generation > 1:
        return
    message = (
        f"'{loc[1]}' has a certificate from elsewhere, and this would issue and install another one: keep its "
        "'activation', or say 'generation: 2', which issues one here on purpose"
    )
    if before is None:
        message = (
            f"an earlier pcaform rendered '{loc[1]}' and did not remember whether it has a certificate from elsewhere, "
            "over which this would install another one: render the spec of before once more, and then this one"
        )
    yield Finding(loc, message)


def _waiting_again(loc: tuple[str, str], before: Item, now: Item) -> Iterator[Finding]:
    """Find a CA that had a certificate and goes back to waiting: its permissions would go, and the next one be new."""
    had_one = _CERTIFICATE in before or before.get(ACTIVATION, _PENDING) != _PENDING
    if had_one and now.get(ACTIVATION) == _PENDING:
        message = (
            f"'{loc[1]}' has a certificate: while it waits for another one, its permissions and shares are taken away. "
            "Leave 'activation' as it was; 'aws acm-pca get-certificate-authority-csr' shows its request"
        )
        yield Finding((*loc, ACTIVATION), message)


def _reissued(loc: tuple[str, str], issued: Item, kept: Item) -> Iterator[Finding]:
    """Find terms that differ within one generation: a certificate keeps those it was issued with."""
    generation, used = kept[_GENERATION], issued[_GENERATION]
    if generation not in (used, used + 1):
        why = "Terraform would revoke it" if generation < used else "Terraform cannot skip one"
        message = (
            f"generation {used} was rendered, and {why}: the next one is {used + 1}. Where {used} was never applied, "
            "bring the stack's directory back to what was"
        )
        yield Finding((*loc, _GENERATION), message)
    elif generation > used and issued.get(SIGNED_IN) != kept.get(SIGNED_IN):
        message = (
            "the earlier generation was signed in another place, where Terraform would look for it no more: "
            "take a parent in that place, or make a new CA"
        )
        yield Finding((*loc, "parent"), message)
    if generation != used:
        return
    for term in sorted({*issued, *kept} - {SIGNED_IN}):
        if issued.get(term) != kept.get(term):
            message = (
                f"generation {generation} was issued with {term} {_shown(issued.get(term))}, seen "
                f"{_shown(kept.get(term))}: a certificate never changes, 'generation: {generation + 1}' issues another"
            )
            yield Finding((*loc, term), message)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values())
    return "none" if value is None else str(value)
