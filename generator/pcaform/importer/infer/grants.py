"""Guesses the grants of policies; the caller renders these grants again to check them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.normalize import as_list
from pcaform.iam.policies.statements import CURVES

Grants = list[dict[str, Any]]
Statement = Mapping[str, Any]
_OF_GRANT = re.compile(r"Grant([0-9]+)")
_ALWAYS = ("DescribeCertificate", "GetCertificate")


def guess_grants(documents: Sequence[Any], keys: Mapping[str, str]) -> Iterator[Grants]:
    """Yield possible grants of policies: from the names of our statements, then from their content.

    `keys` maps ARNs of CAs to keys. Statements that a packed policy merged have lost their names.
    """
    for read in (_from_names, _from_content):
        try:
            grants = read(documents, keys)
        except PARTIAL_DATA_ERRORS:
            continue
        if grants:
            yield grants


def _from_names(documents: Sequence[Any], keys: Mapping[str, str]) -> Grants:
    statements = {each["Sid"]: each for document in documents for each in document["Statement"]}
    numbers = sorted({int(match[1]) for name in statements if (match := _OF_GRANT.match(name))})
    return [_grant(_statements_of(statements, number), keys) for number in numbers]


def _statements_of(statements: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return one grant's statements by their purpose."""
    start = f"Grant{number}"
    named = {name.removeprefix(start): each for name, each in statements.items() if name.startswith(start)}
    return {name: each for name, each in named.items() if not name[:1].isdigit()}


def _grant(statements: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    if "Request" in statements:
        return _managed(statements["Request"], [statements.get("Own"), statements.get("Retag")], keys)
    issuing = [each for name, each in statements.items() if name.startswith("Issue")]
    additional = [
        name
        for name, statement in (("ListCertificateAuthorities", "List"), ("RevokeCertificate", "Revoke"))
        if statement in statements
    ]
    return _unmanaged(
        [keys[arn] for arn in as_list(issuing[0]["Resource"])],
        _templates(issuing[0]),
        key_algorithms=[name for each in issuing for name in _key_algorithms(each.get("Condition", {}))],
        additional=additional,
    )


def _from_content(documents: Sequence[Any], keys: Mapping[str, str]) -> Grants:
    statements = [
        each for document in documents for each in as_list(document["Statement"]) if each["Effect"] == "Allow"
    ]
    used = [each for each in statements if _is_tagged(each)]
    requests = [each for each in statements if "acm:requestcertificate" in _actions(each)]
    return [*_unmanaged_grants(statements, keys), *(_managed(each, used, keys) for each in requests)]


def _unmanaged_grants(statements: Sequence[Statement], keys: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield unmanaged grants: CAs with the same permissions share one."""
    profiles: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for statement in statements:
        if "acm-pca:issuecertificate" in _actions(statement) and "Bool" not in statement["Condition"]:
            for arn in as_list(statement["Resource"]):
                of_template = profiles.setdefault(arn, {}).setdefault(tuple(_templates(statement)), [])
                of_template += [each for each in _key_algorithms(statement["Condition"]) if each not in of_template]
    revoking = {
        arn for each in statements if "acm-pca:revokecertificate" in _actions(each) for arn in as_list(each["Resource"])
    }
    groups: dict[str, list[str]] = {}
    for arn, profile in profiles.items():
        groups.setdefault(repr((profile, arn in revoking)), []).append(arn)
    lists = any("acm-pca:listcertificateauthorities" in _actions(each) for each in statements)
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
    equal = request["Condition"]["StringEquals"]
    actions = [str(name).partition(":")[2] for each in used if each is not None for name in as_list(each["Action"])]
    return {
        "certificates": "managed",
        "certificate_authorities": [keys[arn] for arn in as_list(equal["acm:CertificateAuthority"])],
        "domain_names": as_list(request["Condition"].get("ForAllValues:StringLike", {}).get("acm:DomainNames", [])),
        "key_algorithms": as_list(equal.get("acm:KeyAlgorithm", [])),
        "additional_actions": sorted({name for name in actions if name not in _ALWAYS}),
    }


def _is_tagged(statement: Statement) -> bool:
    return any("ResourceTag/" in key for key in statement.get("Condition", {}).get("StringEquals", {}))


def _actions(statement: Statement) -> set[str]:
    return {str(each).lower() for each in as_list(statement["Action"])}


def _templates(statement: Statement) -> list[str]:
    arns = as_list(statement["Condition"]["ArnLike"]["acm-pca:TemplateArn"])
    return [arn.split(":template/")[1] for arn in arns]


def _key_algorithms(conditions: Statement) -> list[str]:
    """Return the keys that the X.509 condition keys of a statement allow."""
    sizes = as_list(conditions.get("NumericEquals", {}).get("acm-pca:x509Key/size", []))
    curves = as_list(conditions.get("StringEquals", {}).get("acm-pca:x509Key/curve", []))
    return [f"RSA_{size}" for size in sizes] + [name for name in CURVES if name.removeprefix("EC_") in curves]
