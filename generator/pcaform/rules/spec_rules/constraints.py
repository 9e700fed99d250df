"""Rules about name constraints and the template of a CA's own certificate: what a CA may issue is what is issued."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.core import facts, name_constraints
from pcaform.core.name_constraints import DNS, EXCLUDED, PERMITTED, Constraints
from pcaform.rules.rule import Problems, error, select, warning
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.issuers import ManagedGrant, UnmanagedGrant
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_AUTHORITIES = "certificate_authorities"
_FIELD = "name_constraints"
_RFC = "https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.10"


@error("name-constraints", of="managed.*", source=_RFC)
def name_constraints_are_valid(ca: CertificateAuthority, *_: Any) -> Problems:
    """Name constraints name something, each text in its form's one spelling, and stand in one place."""
    constraints = _constraints(ca)
    for (kind, form, index), text in _list_texts(constraints):
        try:
            name_constraints.check(form, text)
        except ValueError as invalid:
            yield f"{_FIELD}.{kind}.{form}.{index}", f"'{text}' is not one of {form}, {invalid}"
    if ca.name_constraints is None:
        return
    for kind in (PERMITTED, EXCLUDED):
        if constraints.get(kind) == {}:
            yield f"{_FIELD}.{kind}", f"'{kind}' is empty and constrains nothing: name something, or remove it"
    if not constraints:
        yield _FIELD, f"'{_FIELD}' is empty and constrains nothing: give 'permitted' or 'excluded', or remove it"
    if name_constraints.is_in(ca.api_passthrough):
        yield _FIELD, f"'api_passthrough' has the extension {name_constraints.OID} too: keep one of the two"


@warning("root-name-constraints", of="managed.*", source=_RFC)
def root_has_no_name_constraints(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """Name constraints are set below the root: many clients do not apply those of a trust anchor."""
    if ca.type == "ROOT" and ca.name_constraints is not None:
        yield _FIELD, f"many clients ignore the name constraints of a root: set them on the CAs that '{key}' signs"


@error("constrained-names", source=_RFC)
def names_are_within_constraints(spec: Spec) -> Iterator[Violation]:
    """The names of a CA, its constraints and its certificates are within the name constraints of all CAs above."""
    if not any(ca.name_constraints for ca in spec.managed.values()):
        return
    for key, ca in spec.managed.items():
        for above, constraints in _list_above(spec, ca.parent):
            yield from _check_ca(key, ca, above, constraints)
    for loc, certificate in select(spec, "certificates.*"):
        names: list[tuple[Loc, str]] = [(("domain_name",), certificate.domain_name)]
        names += [
            (("subject_alternative_names", at), name) for at, name in enumerate(certificate.subject_alternative_names)
        ]
        for above, constraints in _list_above(spec, certificate.certificate_authority):
            for at, name in names:
                if fault := name_constraints.find_fault(DNS, name, constraints):
                    message = f"'{above}' {fault}, and '{name}' is not allowed: AWS would not issue it"
                    yield Violation((*loc, *at), message)
            subject = [(facts.SUBJECT_OIDS["common_name"], certificate.domain_name)]
            if fault := name_constraints.find_subject_fault(subject, constraints):
                message = (
                    f"'{above}' {fault}, and ACM's subject is only CN={certificate.domain_name}: choose another CA"
                )
                yield Violation((*loc, "certificate_authority"), message)


def _check_ca(key: str, ca: CertificateAuthority, above: str, constraints: Constraints) -> Iterator[Violation]:
    """Yield what of a CA's subject and permitted names is outside the constraints of a CA above it."""
    subject = ca.subject.model_dump(exclude_none=True)
    attributes = [(oid, subject[name]) for name, oid in facts.SUBJECT_OIDS.items() if name in subject]
    if fault := name_constraints.find_subject_fault(attributes, constraints):
        message = f"'{above}' {fault}, and the subject of '{key}' is not allowed: change one of the two"
        yield Violation((_AUTHORITIES, key, "subject"), message)
    for (kind, form, index), text in _list_texts(_constraints(ca)):
        if kind == PERMITTED and (fault := name_constraints.find_fault(form, text, constraints)):
            message = f"'{above}' {fault}, and '{key}' cannot permit '{text}': it may only constrain further"
            yield Violation((_AUTHORITIES, key, _FIELD, kind, form, index), message)


@warning("constrained-grant", of="issuers.*.grants.*", source=_RFC)
def granted_names_are_within_constraints(grant: UnmanagedGrant | ManagedGrant, _: str, spec: Spec) -> Problems:
    """The domain names of a grant are within the name constraints of its CAs; AWS issues no others."""
    for index, name in enumerate(grant.domain_names if isinstance(grant, ManagedGrant) else ()):
        for authority in grant.certificate_authorities:
            for above, constraints in _list_above(spec, authority):
                if fault := name_constraints.find_fault(DNS, name, constraints):
                    message = f"'{above}' {fault}, so that '{authority}' cannot issue for '{name}': remove it"
                    yield f"domain_names.{index}", message


def _constraints(ca: CertificateAuthority) -> Constraints:
    return ca.name_constraints.texts() if ca.name_constraints else {}


def _list_texts(constraints: Constraints) -> Iterator[tuple[tuple[str, str, int], str]]:
    """Yield each text with its kind, its form and its number."""
    for kind, forms in constraints.items():
        for form, texts in forms.items():
            yield from (((kind, form, index), text) for index, text in enumerate(texts))


def _list_above(spec: Spec, key: str | None) -> Iterator[tuple[str, Constraints]]:
    """Yield the constraints of a CA and those above it; not what breaks `name-constraints` by itself."""
    for above in spec.list_above(key):
        constraints = _constraints(spec.managed[above])
        if constraints and _are_valid(constraints):
            yield above, constraints


def _are_valid(constraints: Constraints) -> bool:
    try:
        for (_, form, _), text in _list_texts(constraints):
            name_constraints.check(form, text)
    except ValueError:
        return False
    return True


@error("certificate-template", of="managed.*", source="privateca/latest/userguide/template-varieties.html")
def template_fits_ca(ca: CertificateAuthority, *_: Any) -> Problems:
    """A CA's own certificate has a template of its type and path length that takes what passes through."""
    if ca.template is None:
        return
    templates = facts.ca_templates(ca.type)
    allowed = [name for name in templates if facts.template_path_length(name) == ca.path_length]
    if ca.template not in templates:
        close = suggest(ca.template, allowed)
        message = f"AWS has no template '{ca.template}' for a {ca.type} CA{close}, allowed: {', '.join(allowed)}"
        yield "template", message
    elif ca.template not in allowed:
        length = "none" if ca.path_length is None else ca.path_length
        yield "template", f"'{ca.template}' does not fit the path length {length}, allowed: {', '.join(allowed)}"
    elif "_API" not in ca.template:
        fields = [name for name in ("api_passthrough", _FIELD) if getattr(ca, name) is not None]
        if fields:
            message = (
                f"AWS ignores what the API adds with '{ca.template}', and there is '{fields[-1]}': choose a "
                "template with APIPassthrough, or leave 'template' out"
            )
            yield "template", message
    elif ca.template.startswith("Blank") and not _signs(ca.api_passthrough):
        message = "a Blank template gives no key usage: add Extensions.KeyUsage.KeyCertSign to 'api_passthrough'"
        yield "template", message


def _signs(passthrough: object) -> bool:
    """Tell whether what passes through gives a CA the usage that it needs; of any shape."""
    for step in ("Extensions", "KeyUsage", "KeyCertSign"):
        passthrough = passthrough.get(step) if isinstance(passthrough, Mapping) else None
    return passthrough is True
