"""IAM users in an inventory -> issuers of the spec, with grants where their policy is one that grants would make."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from pcaform import policies
from pcaform.infer.authorities import INCOMPLETE, NOT_WHOLE, Unexpressed, reason_of
from pcaform.infer.naming import key_for
from pcaform.inventory import Inventory, Resource
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws
from pcaform.statements import CURVES

_OF_GRANT = re.compile(r"Grant([0-9]+)")


def entries(
    inventory: Inventory, aws: Aws, *, keys: Mapping[str, str]
) -> Iterator[tuple[Resource, str, dict[str, Any] | Unexpressed]]:
    """Yield each user with its key and its entry in the spec, or why it has none. `keys` are the CAs' by ARN."""
    taken: list[str] = []
    for user in inventory.of_type("aws_iam_user"):
        key = key_for(user.module_key("issuer_") or str(user.attributes.get("name") or "user"), taken)
        taken.append(key)
        try:
            entry = _entry(user, inventory, aws=aws, keys=keys)
            Issuer.model_validate(entry)
        except Unexpressed as why:
            yield user, key, why
        except ValidationError as error:
            yield user, key, Unexpressed(reason_of(error))
        except INCOMPLETE:
            yield user, key, Unexpressed(NOT_WHOLE)
        else:
            yield user, key, entry


def unclaimed(inventory: Inventory) -> Iterator[tuple[Resource, Unexpressed]]:
    """Yield each policy that lets somebody issue who is no user of the inventory: a role, or a user made elsewhere."""
    users = {str(user.attributes.get("name")) for user in inventory.of_type("aws_iam_user")}
    claimed = {
        str(attachment.attributes.get("policy_arn"))
        for attachment in inventory.of_type("aws_iam_user_policy_attachment")
        if str(attachment.attributes.get("user")) in users
    }
    for policy in inventory.of_type("aws_iam_policy"):
        is_about_issuing = "acm-pca:" in str(policy.attributes.get("policy"))
        if is_about_issuing and str(policy.attributes.get("arn")) not in claimed:
            yield policy, Unexpressed("it is of no user in this state: roles and others' users are not read back yet")


def _entry(user: Resource, inventory: Inventory, *, aws: Aws, keys: Mapping[str, str]) -> dict[str, Any]:
    has = user.attributes
    entry = {
        "user_name": has["name"],
        "path": has.get("path") or "/",
        "permissions_boundary": has.get("permissions_boundary") or None,
        "force_destroy": bool(has.get("force_destroy")),
        "tags": has.get("tags") or {},
    }
    found = _policies(has["name"], inventory)
    grants = grants_of(found.values(), keys)
    issuer = _issuer({**entry, "grants": grants})
    if issuer is not None and _is_made_by(issuer, found, aws=aws, keys=keys):
        return {**entry, "grants": grants}
    if len(found) > 1:
        raise Unexpressed(f"it has {len(found)} policies that no grants make, and a spec takes one word for word")
    ((name, document),) = found.items()
    return {**entry, "policy": {"name": name, "document": document}}


def _issuer(entry: dict[str, Any]) -> Issuer | None:
    """Return the issuer with these grants, or None where a spec cannot say them: a template with `*`, for one."""
    try:
        return Issuer.model_validate(entry)
    except ValidationError:
        return None


def _policies(user: str, inventory: Inventory) -> dict[str, Any]:
    """Return the documents attached to a user by the policies' names; raises Unexpressed where one is not known."""
    attached = [
        attachment.attributes["policy_arn"]
        for attachment in inventory.of_type("aws_iam_user_policy_attachment")
        if attachment.attributes["user"] == user
    ]
    found = [
        policy.attributes for policy in inventory.of_type("aws_iam_policy") if policy.attributes["arn"] in attached
    ]
    if not attached or len(attached) != len(found):
        raise Unexpressed(f"it has {len(attached)} attached policies, {len(found)} of them in this state")
    return {policy["name"]: json.loads(policy["policy"]) for policy in found}


def grants_of(documents: Iterable[Any], keys: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """Return the grants that policies look like, or None where one names what this spec does not know.

    A grant's statements are found by their names; whether they are all there, and as they were made, is judged by
    making them again.
    """
    try:
        statements = {each["Sid"]: each for document in documents for each in document["Statement"]}
        numbers = sorted({int(match[1]) for name in statements if (match := _OF_GRANT.match(name))})
        return [_grant(_of(statements, number), keys) for number in numbers] or None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None


def _of(statements: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return one grant's statements by what they are for."""
    start = f"Grant{number}"
    found = {name.removeprefix(start): each for name, each in statements.items() if name.startswith(start)}
    return {name: each for name, each in found.items() if not name[:1].isdigit()}


def _grant(statements: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    if "Request" in statements:
        return _managed(statements, keys)
    issuing = [each for name, each in statements.items() if name.startswith("Issue")]
    templates = _listed(issuing[0]["Condition"]["ArnLike"]["acm-pca:TemplateArn"])
    additional = [*_operations(statements, "List"), *_operations(statements, "Revoke")]
    return {
        "certificates": "unmanaged",
        "certificate_authorities": [keys[arn] for arn in _listed(issuing[0]["Resource"])],
        "templates": [arn.split(":template/")[1] for arn in templates],
        "key_algorithms": [name for each in issuing for name in _key_algorithms(each["Condition"])],
        "additional_actions": additional,
    }


def _managed(statements: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    conditions = statements["Request"]["Condition"]
    used = [name for name in _operations(statements, "Own") if name not in ("DescribeCertificate", "GetCertificate")]
    return {
        "certificates": "managed",
        "certificate_authorities": [
            keys[arn] for arn in _listed(conditions["StringEquals"]["acm:CertificateAuthority"])
        ],
        "domain_names": _listed(conditions.get("ForAllValues:StringLike", {}).get("acm:DomainNames", [])),
        "key_algorithms": _listed(conditions["StringEquals"].get("acm:KeyAlgorithm", [])),
        "additional_actions": sorted([*used, *_operations(statements, "Retag")]),
    }


def _operations(statements: Mapping[str, Any], name: str) -> list[str]:
    return [action.partition(":")[2] for action in _listed(statements.get(name, {"Action": []})["Action"])]


def _key_algorithms(conditions: Mapping[str, Any]) -> list[str]:
    """Return the keys that the X.509 condition keys of a statement allow."""
    sizes = _listed(conditions.get("NumericEquals", {}).get("acm-pca:x509Key/size", []))
    curves = _listed(conditions.get("StringEquals", {}).get("acm-pca:x509Key/curve", []))
    return [f"RSA_{size}" for size in sizes] + [name for name in CURVES if name.removeprefix("EC_") in curves]


def _is_made_by(issuer: Issuer, found: Mapping[str, Any], *, aws: Aws, keys: Mapping[str, str]) -> bool:
    """Tell whether rendering these grants would give these very policies, order and single-item lists aside."""
    arns = {key: arn for arn, key in keys.items()}
    made = policies.documents(issuer, aws, arn_of=lambda key: arns[key])
    return bool(_canonical(made) == _canonical(found))


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        items = [_canonical(item) for item in value]
        return items[0] if len(items) == 1 else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
