"""Builders of the changes in unseen_hazards.py and unseen_twins.py."""

import base64
import copy
import gzip
import json
from typing import Any

from checks.guard.closed_world import RECORDS, ROLE, UNKNOWN, Change, mutated, new, record
from checks.guard.test_walk_around import configured, kept, policy

PIPE, ADA = "module.issuer_pipe.aws_iam_role.this", "module.issuer_ada.aws_iam_user.this"
AUTHORITY = "module.ca_issuing.aws_acmpca_certificate_authority.this"
TRUST = json.loads(ROLE["assume_role_policy"])
ACCOUNT, PROVIDER = "123456789012", "arn:aws:iam::123456789012:oidc-provider/ci.example"
FRONT = {
    "id": "E1",
    "arn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1",
    "aliases": ["crl.example"],
    "domain_name": "d1.cloudfront.net",
    "enabled": True,
    "origin": [{"domain_name": "closed-lists.s3.eu-west-1.amazonaws.com", "origin_id": "s3"}],
    "viewer_certificate": [{"acm_certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/f"}],
}
SERVED = kept("aws_cloudfront_distribution", **FRONT)
MADE = new("aws_cloudfront_distribution", **{**FRONT, "id": UNKNOWN, "arn": UNKNOWN, "domain_name": UNKNOWN})
ALIAS = [{"name": "d1.cloudfront.net", "zone_id": "Z2FDTNDATAQYW2", "evaluate_target_health": False}]
WAF = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/w/1"
Plan = tuple[list[Change], dict[str, Any]]


def denial(action: Any, resource: Any = "*", **more: Any) -> str:
    return policy(action, resource, **more).replace('"Allow"', '"Deny"')


def trusting(*statements: dict[str, Any]) -> Change:
    """Return the update of the role that issues to a trust policy with these statements."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return mutated(PIPE, ("assume_role_policy",), trust)


def control(content: str, kind: str = "SERVICE_CONTROL_POLICY") -> Change:
    return new("aws_organizations_policy", name="x", type=kind, content=content)


def attached(target: str, policy_id: str = "p-1") -> Change:
    return new("aws_organizations_policy_attachment", policy_id=policy_id, target_id=target)


def there(content: str, kind: str = "SERVICE_CONTROL_POLICY") -> Change:
    return kept("aws_organizations_policy", id="p-1", type=kind, content=content)


def pointing(kind: str = "CNAME", **values: Any) -> Change:
    return new("aws_route53_record", **{"name": "crl.example", "type": kind, "zone_id": "Z1", **values})


def referring(kind: str, to: str, *, value: Any = None, mark: Any = None) -> Plan:
    """Return the creation of an object whose argument refers to another one by an unknown value."""
    change = record(kind, ["create"], None, {"other": "x", **(value or {})}, mark or {"target": True})
    expression: Any = {"references": [to, to.rpartition(".")[0]]}
    inner = {"target": expression} if mark is None else {"block": [{"target": expression}]}
    return [change], configured(f"{kind}.added", expressions=inner)


def deferred(*changes: Change) -> Plan:
    return [], {"deferred_changes": [{"reason": "absent_prereq", "resource_change": each} for each in changes]}


def managed(name: str, kind: str = "role", who: str = "other") -> Change:
    arn = f"arn:aws:iam::aws:policy/{name}"
    return new(f"aws_iam_{kind}_policy_attachment", **{kind: who, "policy_arn": arn})


def encoded(text: str, *, is_packed: bool = False) -> str:
    return base64.b64encode(gzip.compress(text.encode()) if is_packed else text.encode()).decode()


def blocks(name: str, number: int) -> Change:
    change: Change = copy.deepcopy(RECORDS[AUTHORITY])
    change["change"]["actions"] = ["update"]
    block = change["change"]["after"]["revocation_configuration"][0]
    block[name] = [*block[name], *({**block[name][0], "enabled": False} for _ in range(number))]
    block[name][0] = {**block[name][0], **({"expiration_in_days": 8} if name == "crl_configuration" else {})}
    return change


POLICY = RECORDS['module.issuer_ada.aws_iam_policy.this["ada-private-ca"]']["change"]["after"]["arn"]
EXTRA = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
STATEMENT = TRUST["Statement"][0]


def member() -> Change:
    """Return the membership of an issuer in a group."""
    return kept("aws_iam_user_group_membership", user="ada", groups=["devs"])


def answering() -> Change:
    """Return the CA whose OCSP responder has a name of its own."""
    change: Change = copy.deepcopy(RECORDS[AUTHORITY])
    for side in ("before", "after"):
        change["change"][side]["revocation_configuration"][0]["ocsp_configuration"][0]["ocsp_custom_cname"] = (
            "ocsp.example"
        )
    return change


def referring_by_variable(to: str) -> Plan:
    """Return the creation of an object in a module whose argument refers to another one by a variable."""
    plan = {**configured("x.y")["configuration"]}
    expression = {"expressions": {"target": {"references": ["var.arn"]}}}
    inner = {"address": "custom_thing.added", "mode": "managed", "type": "custom_thing", **expression}
    plan["root_module"]["module_calls"]["x"] = {
        "expressions": {"arn": {"references": [to, to.rpartition(".")[0]]}},
        "module": {"resources": [inner], "variables": {"arn": {}}},
    }
    change = {
        **record("custom_thing", ["create"], None, {}, {"target": True}),
        "address": "module.x.custom_thing.added",
    }
    return [change], {"configuration": plan}


def referring_by_each(to: str) -> Plan:
    """Return the creation of an object whose argument refers to another one by `for_each`."""
    change = {**record("custom_thing", ["create"], None, {}, {"target": True}), "address": 'custom_thing.added["a"]'}
    expressions = {"target": {"references": ["each.value.arn", "each.value"]}}
    each = {"references": [to, to.rpartition(".")[0]]}
    return [change], configured("custom_thing.added", expressions=expressions, for_each_expression=each)


def twice(*path: Any) -> Change:
    """Return the update of the CA that has a block twice."""
    change: Change = copy.deepcopy(RECORDS[AUTHORITY])
    change["change"]["actions"] = ["update"]
    values = change["change"]["after"]
    for step in path[:-1]:
        values = values[step]
    values[path[-1]] = values[path[-1]] * 2
    return change
