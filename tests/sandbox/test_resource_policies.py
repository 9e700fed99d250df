"""Resource policies: the forms that AWS accepts, and the errors of others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.resource_policy import check_resource_policy
from sandbox.conftest import ACCOUNT, Pki, expect_error, template

ARN = "arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"
OTHER = "444455556666"
READING = [
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
]
ISSUING = ["acm-pca:IssueCertificate"]


def policy(*statements: Any, **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)} | more)


def statement(actions: Any = READING, *, principal: Any = None, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal or {"AWS": OTHER}, "Action": actions, "Resource": ARN} | more


def issuing(name: str = "EndEntityCertificate", *, principal: Any = None, **more: Any) -> dict[str, Any]:
    condition = {"StringEquals": {"acm-pca:TemplateArn": template(name)} | more}
    return statement(ISSUING, principal=principal, Condition=condition)


def within(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {operator: {key: value}}


PROXY = {"Service": "proxy.network-firewall.amazonaws.com"}
FROM_PROXY = within("ArnEquals", "aws:SourceArn", "arn:aws:network-firewall:eu-central-1:111122223333:proxy/p")
ORGANIZATION = within("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4z5")
ACCEPTED = {
    "another account reads and issues": policy(statement(Sid="1"), issuing()),
    "the owner's own account": policy(statement(principal={"AWS": ACCOUNT}), issuing(principal={"AWS": ACCOUNT})),
    "a role of another account": policy(statement(principal={"AWS": f"arn:aws:iam::{OTHER}:role/pki/issuer"})),
    "several accounts": policy(statement(principal={"AWS": [OTHER, "777788889999"]})),
    "an organization": policy(
        issuing(principal="*", **{"aws:PrincipalOrgID": "o-a1b2c3d4z5"}),
        statement(
            principal="*", Condition=ORGANIZATION | within("StringNotEquals", "aws:PrincipalAccount", "111122223333")
        ),
    ),
    "a unit of an organization": policy(
        statement(principal="*", Condition=within("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a/r-b/ou-c/*"))
    ),
    "a service": policy(
        statement(principal=PROXY, Condition=FROM_PROXY),
        statement(
            ISSUING,
            principal=PROXY,
            Condition=within("StringEquals", "acm-pca:TemplateArn", template("SubordinateCACertificate_PathLen0"))
            | FROM_PROXY,
        ),
    ),
    "revocation": policy(statement("acm-pca:RevokeCertificate")),
    "a passthrough template": policy(issuing("BlankEndEntityCertificate_APICSRPassthrough")),
    "what the certificate may be": policy(
        statement(
            ISSUING,
            Condition=within("StringEquals", "acm-pca:TemplateArn", template("EndEntityCertificate"))
            | within("NumericLessThanEquals", "acm-pca:x509Key/size", "4096"),
        )
    ),
}
REFUSED = {
    "it is not JSON": "{",
    "Statement must be a list": policy(),
    "Version 2012-10-17": policy(statement(), Version="2008-10-17"),
    "nothing else": policy(statement(), Id="mine"),
    "in statement 2 Effect must be Allow": policy(statement(), statement(Effect="Deny")),
    "Resource must be arn:aws:acm-pca": policy(statement(Resource="*")),
    "Action must name some of": policy(statement("acm-pca:*")),
    "acm-pca:TemplateArn": policy(statement(ISSUING)),
    "RootCACertificate/V1 is not one": policy(issuing("RootCACertificate")),
    "SubordinateCACertificate_PathLen1/V1 is not one": policy(issuing("SubordinateCACertificate_PathLen1")),
    "the condition StringEquals aws:username is not": policy(
        statement(Condition=within("StringEquals", "aws:username", "x"))
    ),
    "for acm-pca:IssueCertificate alone": policy(
        statement(Condition=within("StringEquals", "acm-pca:x509Key/size", "1"))
    ),
    "the Principal * needs a condition": policy(statement(principal="*")),
    "Principal must be": policy(statement(principal={"AWS": "12345"})),
    "the unknown condition operator 'Foo'": policy(
        statement(
            ISSUING,
            Condition=within("StringEquals", "acm-pca:TemplateArn", template("EndEntityCertificate"))
            | within("Foo", "acm-pca:x509Key/size", "1"),
        )
    ),
    "an element twice: Version": policy(statement())[:-1] + ', "Version": "2012-10-17"}',
    "only Action, Condition, Effect": policy(statement(NotAction="acm-pca:ListTags")),
}
MALFORMED = {
    "nested": "[" * 20000,
    "a list": "[]",
    "statement is text": policy("Allow"),
    "one statement without a list": json.dumps({"Version": "2012-10-17", "Statement": statement()}),
    "no principal": policy({"Effect": "Allow", "Action": READING, "Resource": ARN}),
    "federated": policy(statement(principal={"Federated": OTHER})),
    "numbers as actions": policy(statement([1])),
    "condition is text": policy(statement(Condition="always")),
    "operator is text": policy(statement(Condition={"StringEquals": "always"})),
    "condition is null": policy(statement(Condition=None)),
    "foreign template": policy(
        statement(
            ISSUING, Condition=within("StringEquals", "acm-pca:TemplateArn", "x:template/EndEntityCertificate/V1")
        )
    ),
    "template of a loose comparison": policy(
        statement(ISSUING, Condition=within("StringLike", "acm-pca:TemplateArn", template("EndEntityCertificate")))
    ),
}


@pytest.mark.parametrize("document", ACCEPTED.values(), ids=ACCEPTED)
def test_a_form_of_aws_is_accepted(document: str) -> None:
    check_resource_policy(document, ca_arn=ARN)


@pytest.mark.parametrize(("text", "document"), REFUSED.items(), ids=REFUSED)
def test_the_refusal_says_what_is_wrong(text: str, document: str) -> None:
    with pytest.raises(AwsError) as caught:
        check_resource_policy(document, ca_arn=ARN)
    assert caught.value.code == "InvalidPolicyException"
    assert text in caught.value.message


@pytest.mark.parametrize("document", MALFORMED.values(), ids=MALFORMED)
def test_nothing_malformed_gets_through(document: str) -> None:
    with pytest.raises(AwsError, match="InvalidPolicyException"):
        check_resource_policy(document, ca_arn=ARN)


def test_a_policy_is_put_replaced_and_deleted(pki: Pki) -> None:
    arn = pki.create()
    with expect_error("ResourceNotFoundException"):
        pki.client.get_policy(ResourceArn=arn)
    for actions in (READING, READING[:2]):
        document = policy(statement(actions, Resource=arn))
        pki.client.put_policy(ResourceArn=arn, Policy=document)
        assert pki.client.get_policy(ResourceArn=arn)["Policy"] == document
    with expect_error("InvalidPolicyException"):
        pki.client.put_policy(ResourceArn=arn, Policy=policy(statement()))
    assert pki.client.get_policy(ResourceArn=arn)["Policy"] == document
    for _ in range(2):
        pki.client.delete_policy(ResourceArn=arn)
    with expect_error("ResourceNotFoundException"):
        pki.client.get_policy(ResourceArn=arn)
