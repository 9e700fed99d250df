"""Who of an account may take rights over CAs that its policies do not name: by an action, by a role, by a group."""

import json
from typing import Any

from pcaform.checks.access.account import check_account_access
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus, IamPrincipal, IamPrincipals, Policy

IAM = "arn:aws:iam::123456789012"
CA = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
SUBJECT = {"certificate_authority_configuration": [{"subject": [{"common_name": "CA"}]}]}


def policy(action: str, resource: str, *, effect: str = "Allow", **more: Any) -> Policy:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return Policy("p", json.dumps({"Version": "2012-10-17", "Statement": statement}), **more)


def principal(kind: Any, name: str, *policies: Policy, **more: Any) -> IamPrincipal:
    path = more.pop("path", "/")
    return IamPrincipal(kind, name, f"{IAM}:{kind}{path}{name}", path, policies, **more)


ISSUER = principal("role", "issuer", policy("acm-pca:IssueCertificate", CA))
TRUST = json.dumps(
    {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"{IAM}:user/eve"}}}
)


def takers(*principals: IamPrincipal) -> set[str]:
    """Return who may take rights."""
    cas = (CaStatus(CA, "ACTIVE", SUBJECT),)
    snapshot = AccountSnapshot("123456789012", ("eu-west-1",), cas, principals=IamPrincipals((ISSUER, *principals)))
    result = check_account_access(snapshot)
    found = [each for each in result.findings if "may take" in each.message]
    assert len({(each.subject, each.message) for each in found}) == len(found)
    return {each.subject for each in found}


def test_who_may_assume_an_issuer_in_any_number_of_hops() -> None:
    first = principal("role", "first", policy("sts:AssumeRole", f"{IAM}:role/issuer"))
    second = principal("role", "second", policy("iam:UpdateAssumeRolePolicy", f"{IAM}:role/first"))
    user = principal("user", "eve", policy("sts:AssumeRole", f"{IAM}:role/second"))
    assert takers(user) == set()
    assert takers(first, second, user) == {"role first", "role second", "user eve"}


def test_who_may_change_a_role_that_trusts_it() -> None:
    trusting = principal("role", "app", policy("s3:*", "*"), trust=TRUST)
    for name, expected in (("eve", {"user eve"}), ("bob", set[str]())):
        changing = principal("user", name, policy("iam:PutRolePolicy", f"{IAM}:role/app"))
        assert takers(trusting, changing) == expected


def test_policies_of_groups_and_boundaries_count() -> None:
    member = principal("user", "eve", policy("iam:CreatePolicyVersion", f"{IAM}:policy/*", group="developers"))
    assert takers(member) == {"user eve"}
    bounded = principal("user", "eve", policy("iam:*", "*"), boundary=policy("s3:*", "*"))
    assert takers(bounded) == set()


def test_roles_of_services_and_who_reads_take_nothing() -> None:
    service = principal("role", "AWSServiceRoleForX", policy("iam:*", "*"), path="/aws-service-role/x.amazonaws.com/")
    reader = principal("user", "eve", policy("iam:Get*", "*"))
    assert takers(service, reader) == set()


def test_unreadable_policies_are_noted_and_stop_nothing() -> None:
    assert takers(principal("user", "bad", Policy("p", "{")), principal("user", "eve", policy("iam:*", "*"))) == {
        "user eve"
    }
