"""Guesses the grants of policies from their statements, and renders them again to check them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import product
from typing import Any

from pydantic import ValidationError

from pcaform.core.grouping import grouped
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.actions import ISSUE, REQUEST
from pcaform.iam.documents import Statement, read_statements
from pcaform.iam.normalize import normalized_statements, statements_by_sid
from pcaform.iam.policies import issuer_policies
from pcaform.iam.policies.statements import CURVES
from pcaform.importer.infer.context import Context
from pcaform.importer.infer.principals import PolicyAttachment
from pcaform.spec.issuers import Issuer

Grants = list[dict[str, Any]]
_OF_GRANT = re.compile(r"Grant(?P<number>[0-9]+)(?P<purpose>.*)")
_DENYING = {"deny_other_templates": True}
_ALWAYS = ("DescribeCertificate", "GetCertificate")


def guess_grants(documents: Sequence[Any], keys: Mapping[str, str]) -> Iterator[Grants]:
    """Yield possible grants of policies: from the names of our statements, then from their content.

    `keys` maps ARNs of CAs to keys. Statements that a packed policy merged have lost their names.
    """
    for read in (_from_names, _from_content):
        try:
            statements = [each for document in documents for each in read_statements(document)]
            grants = read(statements, keys)
        except PARTIAL_DATA_ERRORS:
            continue
        if grants:
            yield grants


def _from_names(statements: Sequence[Statement], keys: Mapping[str, str]) -> Grants:
    by_number: dict[int, dict[str, Statement]] = {}
    for each in statements:
        if match := _OF_GRANT.match(each.sid):
            by_number.setdefault(int(match["number"]), {})[match["purpose"]] = each
    return [_grant(by_number[number], keys) for number in sorted(by_number)]


def _grant(statements: Mapping[str, Statement], keys: Mapping[str, str]) -> dict[str, Any]:
    if "Request" in statements:
        return _managed(statements["Request"], [statements.get("Own"), statements.get("Retag")], keys)
    issuing = [each for name, each in statements.items() if name.startswith("Issue")]
    additional = [
        name
        for name, statement in (("ListCertificateAuthorities", "List"), ("RevokeCertificate", "Revoke"))
        if statement in statements
    ]
    return _unmanaged(
        [keys[arn] for arn in issuing[0].resources or ()],
        _templates(issuing[0]),
        key_algorithms=[name for each in issuing for name in _key_algorithms(each)],
        additional=additional,
    )


def _from_content(statements: Sequence[Statement], keys: Mapping[str, str]) -> Grants:
    allowing = [each for each in statements if each.is_allow]
    used = [
        each
        for each in allowing
        if any(one.operator == "StringEquals" and "ResourceTag/" in one.name for one in each.conditions)
    ]
    requests = [each for each in allowing if each.names_action(REQUEST)]
    return [*_unmanaged_grants(allowing, keys), *(_managed(each, used, keys) for each in requests)]


def _unmanaged_grants(statements: Sequence[Statement], keys: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield unmanaged grants: CAs with the same permissions share one."""
    profiles: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for statement in statements:
        if statement.names_action(ISSUE) and not any(each.operator == "Bool" for each in statement.conditions):
            for arn in statement.resources or ():
                of_template = profiles.setdefault(arn, {}).setdefault(tuple(_templates(statement)), [])
                of_template += [each for each in _key_algorithms(statement) if each not in of_template]
    revoking = {
        arn for each in statements if each.names_action("acm-pca:RevokeCertificate") for arn in each.resources or ()
    }
    groups = grouped((repr((profile, arn in revoking)), arn) for arn, profile in profiles.items())
    lists = any(each.names_action("acm-pca:ListCertificateAuthorities") for each in statements)
    for arns in groups.values():
        additional = ["ListCertificateAuthorities"] if lists else []
        additional += ["RevokeCertificate"] if arns[0] in revoking else []
        for templates, algorithms in profiles[arns[0]].items():
            yield _unmanaged([keys[arn] for arn in arns], templates, key_algorithms=algorithms, additional=additional)
            additional, lists = [], False


def _unmanaged(
    cas: list[str], templates: Sequence[str], *, key_algorithms: list[str], additional: list[str]
) -> dict[str, Any]:
    return {
        "certificates": "unmanaged",
        "certificate_authorities": cas,
        "templates": list(templates),
        "key_algorithms": key_algorithms,
        "additional_actions": additional,
    }


def _managed(request: Statement, used: Sequence[Statement | None], keys: Mapping[str, str]) -> dict[str, Any]:
    actions = [name.partition(":")[2] for each in used if each is not None for name in each.actions or ()]
    return {
        "certificates": "managed",
        "certificate_authorities": [keys[arn] for arn in request.values_of("StringEquals", "acm:CertificateAuthority")],
        "domain_names": request.values_of("ForAllValues:StringLike", "acm:DomainNames"),
        "key_algorithms": request.values_of("StringEquals", "acm:KeyAlgorithm"),
        "additional_actions": sorted({name for name in actions if name not in _ALWAYS}),
    }


def _templates(statement: Statement) -> list[str]:
    return [arn.split(":template/")[1] for arn in statement.values_of("ArnLike", "acm-pca:TemplateArn")]


def _key_algorithms(statement: Statement) -> list[str]:
    """Return the keys that the X.509 condition keys of a statement allow."""
    sizes = statement.values_of("NumericEquals", "acm-pca:x509Key/size")
    curves = statement.values_of("StringEquals", "acm-pca:x509Key/curve")
    return [f"RSA_{size}" for size in sizes] + [name for name in CURVES if name.removeprefix("EC_") in curves]


def find_grants(
    attachments: list[PolicyAttachment], data: Mapping[str, Any], context: Context, *, is_exact: bool
) -> dict[str, Any] | None:
    """Return the grants that render to these policies, except for order, statement names and lists of one.

    With `is_exact` the names of statements are the same too, so that a plan changes none. An existing principal can
    have the stack's deny statement, or be without it.
    """
    documents = [each.data for each in attachments]
    try:
        statements = normalized_statements(documents)
    except PARTIAL_DATA_ERRORS:
        return None
    is_owned = "user_name" in data or "role" in data
    for grants, denying in product(guess_grants(documents, context.keys), ({},) if is_owned else ({}, _DENYING)):
        found = {"grants": grants, **denying}
        rendered = _render({**data, **found}, context)
        if (
            rendered is not None
            and normalized_statements(rendered.values()) == statements
            and _has_names(rendered, attachments, is_exact=is_exact)
        ):
            return found
    return None


def is_named_by_stack(attachments: Iterable[PolicyAttachment]) -> bool:
    """Tell whether a policy has names of statements that pcaform gives."""
    with suppress(*PARTIAL_DATA_ERRORS):
        return any(_OF_GRANT.match(one.sid) for each in attachments for one in read_statements(each.data))
    return False


def _render(data: dict[str, Any], context: Context) -> Mapping[str, Any] | None:
    """Return the policies of an issuer, or None if a spec cannot express it, such as a template with `*`."""
    try:
        return issuer_policies.documents(Issuer.model_validate(data), context.aws, arn_of=context.arns.__getitem__)
    except ValidationError:
        return None


def _has_names(rendered: Mapping[str, Any], attachments: list[PolicyAttachment], *, is_exact: bool) -> bool:
    """Tell whether a stack would neither rename nor change any of the policies that exist; an inline one stays.

    Terraform replaces a renamed one.
    """
    existing = {each.name: each.data for each in attachments if each.attachment is not None and not each.is_shared}
    pairs = [(existing[name], rendered[name]) for name in existing.keys() & rendered.keys()]
    if any(normalized_statements([one]) != normalized_statements([other]) for one, other in pairs):
        return False
    if is_exact and any(statements_by_sid(one) != statements_by_sid(other) for one, other in pairs):
        return False
    return len(existing) < len(attachments) or existing.keys() == rendered.keys()
