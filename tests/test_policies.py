"""What an issuer may do, statement by statement: the two cases of AWS's guide, and the lock behind both."""

from typing import Any

import pytest

from pcaform import policies
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws

AWS = Aws(region="eu-west-1", account_id="123456789012")
CHINA = Aws(region="cn-north-1", account_id="123456789012")
GOVERNMENT = Aws(region="us-gov-west-1", account_id="123456789012")
UNMANAGED = {
    "certificates": "unmanaged",
    "certificate_authorities": ["issuing", "second"],
    "templates": ["EndEntityServerAuthCertificate/V1", "CodeSigningCertificate/V1"],
}
MANAGED = {"certificates": "managed", "certificate_authorities": ["issuing"], "domain_names": ["*.corp.example"]}


def issuer(*grants: dict[str, Any]) -> Issuer:
    return Issuer.model_validate({"user_name": "ci", "grants": list(grants)})


def statements(*grants: dict[str, Any], aws: Aws = AWS) -> dict[str, Any]:
    """Return the statements of an issuer's policy by their ids, with each CA's ARN written `arn-of-KEY`."""
    document = policies.document(issuer(*grants), aws, arn_of="arn-of-{}".format)
    assert document["Version"] == "2012-10-17"
    found = {statement["Sid"]: statement for statement in document["Statement"]}
    assert len(found) == len(document["Statement"])
    return {name: {key: value for key, value in found[name].items() if key != "Sid"} for name in found}


def deny(*templates: str, partition: str = "aws") -> dict[str, Any]:
    arns = [f"arn:{partition}:acm-pca:::template/{template}" for template in templates]
    return {
        "Effect": "Deny",
        "Action": ["acm-pca:IssueCertificate"],
        "Resource": ["*"],
        "Condition": {"ArnNotLike": {"acm-pca:TemplateArn": arns}},
    }


def test_case_1_issues_itself_from_the_named_templates_only() -> None:
    assert statements(UNMANAGED) == {
        "Grant1Issue": {
            "Effect": "Allow",
            "Action": ["acm-pca:IssueCertificate"],
            "Resource": ["arn-of-issuing", "arn-of-second"],
            "Condition": {
                "ArnLike": {
                    "acm-pca:TemplateArn": [
                        "arn:aws:acm-pca:::template/EndEntityServerAuthCertificate/V1",
                        "arn:aws:acm-pca:::template/CodeSigningCertificate/V1",
                    ]
                }
            },
        },
        "Grant1Read": {
            "Effect": "Allow",
            "Action": [
                "acm-pca:DescribeCertificateAuthority",
                "acm-pca:GetCertificate",
                "acm-pca:GetCertificateAuthorityCertificate",
            ],
            "Resource": ["arn-of-issuing", "arn-of-second"],
        },
        "DenyOtherTemplates": deny("EndEntityServerAuthCertificate/V1", "CodeSigningCertificate/V1"),
    }


def test_case_2_asks_acm_and_touches_the_authority_only_through_it() -> None:
    assert statements(MANAGED) == {
        "Grant1Request": {
            "Effect": "Allow",
            "Action": ["acm:RequestCertificate"],
            "Resource": ["arn:aws:acm:eu-west-1:123456789012:certificate/*"],
            "Condition": {
                "ArnEquals": {"acm:CertificateAuthority": ["arn-of-issuing"]},
                "ForAllValues:StringLike": {"acm:DomainNames": ["*.corp.example"]},
            },
        },
        "Grant1Read": {
            "Effect": "Allow",
            "Action": ["acm:DescribeCertificate", "acm:GetCertificate"],
            "Resource": ["arn:aws:acm:eu-west-1:123456789012:certificate/*"],
        },
        "Grant1ThroughAcm": {
            "Effect": "Allow",
            "Action": ["acm-pca:GetCertificate", "acm-pca:IssueCertificate", "acm-pca:ListPermissions"],
            "Resource": ["arn-of-issuing"],
            "Condition": {"Bool": {"aws:ViaAWSService": "true"}},
        },
        "DenyOtherTemplates": deny("EndEntityCertificate/V1"),
    }


def test_a_managed_grant_for_any_name_has_no_condition_on_names() -> None:
    found = statements({"certificates": "managed", "certificate_authorities": ["issuing"]})
    assert found["Grant1Request"]["Condition"] == {"ArnEquals": {"acm:CertificateAuthority": ["arn-of-issuing"]}}


def test_several_grants_are_numbered_and_share_one_lock() -> None:
    plain = {"certificates": "unmanaged", "certificate_authorities": ["second"]}
    found = statements(UNMANAGED, MANAGED, plain)
    assert list(found) == [
        "Grant1Issue",
        "Grant1Read",
        "Grant2Request",
        "Grant2Read",
        "Grant2ThroughAcm",
        "Grant3Issue",
        "Grant3Read",
        "DenyOtherTemplates",
    ]
    assert found["DenyOtherTemplates"] == deny(
        "EndEntityServerAuthCertificate/V1", "CodeSigningCertificate/V1", "EndEntityCertificate/V1"
    )


@pytest.mark.parametrize(("aws", "partition"), [(CHINA, "aws-cn"), (GOVERNMENT, "aws-us-gov")])
def test_arns_stand_in_the_partition_of_the_region(aws: Aws, partition: str) -> None:
    found = statements(MANAGED, aws=aws)
    assert found["Grant1Read"]["Resource"] == [f"arn:{partition}:acm:{aws.region}:123456789012:certificate/*"]
    assert found["DenyOtherTemplates"] == deny("EndEntityCertificate/V1", partition=partition)


def test_a_verbatim_policy_is_taken_word_for_word() -> None:
    document = {"Statement": [], "Version": "2008-10-17", "odd": [1, None]}
    verbatim = Issuer.model_validate({"user_name": "ci", "policy": {"name": "own", "document": document}})
    assert policies.document(verbatim, AWS, arn_of=str) == document
    assert policies.policy_name(verbatim) == "own"
    assert policies.policy_name(issuer(UNMANAGED)) == "ci-private-ca"
