"""Plans without Terraform: changes by what is before and after, policies in few words, and what the guard says."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pcaform.checks.guard.check import check_plan
from pcaform.spec.extends import Reader, read_document
from pcaform.spec.parse import load_pem_files, parse_spec
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Change, Plan, Resource

CA, OTHER = (
    f"arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/{digit * 8}-1111-1111-1111-111111111111"
    for digit in "12"
)
TEMPLATE = "arn:aws:acm-pca:::template"
END_ENTITY, SUBORDINATE = (
    f"{TEMPLATE}/{name}/V1" for name in ("EndEntityCertificate", "SubordinateCACertificate_PathLen0")
)
AUTHORITY = "aws_acmpca_certificate_authority"


def parse_earlier(content: bytes, name: str, read: Reader) -> Spec:
    """Return a spec that need not fit the rules of today."""
    document = read_document(content, name, read)
    return load_pem_files(parse_spec(document), document, read)


def policy(*statements: Mapping[str, Any]) -> str:
    """Return a policy of these statements as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any = "acm-pca:IssueCertificate", resource: Any = CA, **more: Any) -> dict[str, Any]:
    """Return a statement that allows something on a CA; `more` are its other elements."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "acm-pca:*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return a statement that denies something."""
    return {**allow(action, resource), "Effect": "Deny", **more}


def equal(key: str, *values: str) -> dict[str, Any]:
    """Return the condition that a key has one of these values."""
    return {"StringEquals": {key: list(values)}}


ISSUES = policy(allow(Condition=equal("acm-pca:TemplateArn", END_ENTITY)))
STORES = policy(allow("s3:GetObject", "*"))


def change(
    address: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    *,
    unknown: Mapping[str, Any] | None = None,
    paths: Sequence[str] = (),
) -> Change:
    """Return what happens to an object; `paths` force a replacement."""
    actions = ("delete", "create") if paths else ("update",) if before and after else ()
    actions = actions or (("create",) if after is not None else ("delete",))
    kind = address.split(".")[-2]
    return Change(address, kind, actions, before or {}, after or {}, unknown or {}, "", tuple(paths), "")


def there(address: str, **values: Any) -> Resource:
    """Return an object of the state that the plan does not touch."""
    return Resource(address, address.split(".")[-2], values)


def rules(*changes: Change, state: Sequence[Resource] = (), read: Sequence[Resource] = ()) -> list[str]:
    """Return the rules that find something in a plan, and 'doubt' for each doubt; `read` is of data sources."""
    found = check_plan(Plan(changes, is_errored=False, resources=tuple(state), read=tuple(read)))
    return [*(each.rule for each in found.findings), *("doubt" for _ in found.doubts)]


def messages(*changes: Change, state: Sequence[Resource] = ()) -> str:
    """Return what is said of a plan."""
    found = check_plan(Plan(changes, is_errored=False, resources=tuple(state)))
    return "\n".join([*(each.message for each in found.findings), *(each.message for each in found.doubts)])
