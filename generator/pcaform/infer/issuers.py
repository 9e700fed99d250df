"""IAM users in an inventory -> issuers of the spec, with grants where their policy is one that grants would make."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from pcaform import policies
from pcaform.infer.authorities import INCOMPLETE, NOT_WHOLE, Unexpressed, reason_of
from pcaform.infer.naming import key_for
from pcaform.inventory import Inventory, Resource
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws


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


def _entry(user: Resource, inventory: Inventory, *, aws: Aws, keys: Mapping[str, str]) -> dict[str, Any]:
    has = user.attributes
    entry = {
        "user_name": has["name"],
        "path": has.get("path") or "/",
        "permissions_boundary": has.get("permissions_boundary") or None,
        "force_destroy": bool(has.get("force_destroy")),
        "tags": has.get("tags") or {},
    }
    policy = _only_policy(has["name"], inventory)
    document = json.loads(policy["policy"])
    grants = grants_of(document, keys)
    issuer = _issuer({**entry, "grants": grants})
    is_ours = issuer is not None and policy["name"] == policies.policy_name(issuer)
    if issuer is not None and is_ours and _is_made_by(issuer, document, aws=aws, keys=keys):
        return {**entry, "grants": grants}
    return {**entry, "policy": {"name": policy["name"], "document": document}}


def _issuer(entry: dict[str, Any]) -> Issuer | None:
    """Return the issuer with these grants, or None where a spec cannot say them: a template with `*`, for one."""
    try:
        return Issuer.model_validate(entry)
    except ValidationError:
        return None


def _only_policy(user: str, inventory: Inventory) -> Mapping[str, Any]:
    attached = [
        attachment.attributes["policy_arn"]
        for attachment in inventory.of_type("aws_iam_user_policy_attachment")
        if attachment.attributes["user"] == user
    ]
    found = [
        policy.attributes for policy in inventory.of_type("aws_iam_policy") if policy.attributes["arn"] in attached
    ]
    if len(attached) != 1 or len(found) != 1:
        raise Unexpressed(
            f"it has {len(attached)} attached policies, {len(found)} of them in this state; one is expected"
        )
    return found[0]


def grants_of(document: Any, keys: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """Return the grants that a policy's statements look like, or None where one names what this spec does not know."""
    try:
        found = [_grant(statement, keys) for statement in document["Statement"]]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None
    return [grant for grant in found if grant] or None


def _grant(statement: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any] | None:
    if statement["Effect"] != "Allow":
        return None
    actions, conditions = _listed(statement["Action"]), statement.get("Condition", {})
    if actions == ["acm-pca:IssueCertificate"]:
        templates = [arn.split(":template/")[1] for arn in _listed(conditions["ArnLike"]["acm-pca:TemplateArn"])]
        authorities = [keys[arn] for arn in _listed(statement["Resource"])]
        return {"certificates": "unmanaged", "certificate_authorities": authorities, "templates": templates}
    if actions == ["acm:RequestCertificate"]:
        authorities = [keys[arn] for arn in _listed(conditions["ArnEquals"]["acm:CertificateAuthority"])]
        names = _listed(conditions.get("ForAllValues:StringLike", {}).get("acm:DomainNames", []))
        return {"certificates": "managed", "certificate_authorities": authorities, "domain_names": names}
    return None


def _is_made_by(issuer: Issuer, document: Any, *, aws: Aws, keys: Mapping[str, str]) -> bool:
    """Tell whether rendering these grants would give this very policy, order and single-item lists aside."""
    arns = {key: arn for arn, key in keys.items()}
    made = policies.document(issuer, aws, arn_of=lambda key: arns[key])
    return bool(_canonical(made) == _canonical(document))


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        items = [_canonical(item) for item in value]
        return items[0] if len(items) == 1 else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
