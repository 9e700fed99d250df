"""What an issuer may do, statement by statement: the two cases of AWS's guide, and the lock behind both."""

from typing import Any

import pytest

from pcaform.core import facts
from pcaform.iam.policies import issuer_policies
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws

AWS = Aws(region="eu-west-1", account_id="123456789012")
CHINA = Aws(region="cn-north-1", account_id="123456789012")
GOVERNMENT = Aws(region="us-gov-west-1", account_id="123456789012")
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate"
UNMANAGED = {
    "certificates": "unmanaged",
    "certificate_authorities": ["issuing", "second"],
    "templates": ["EndEntityServerAuthCertificate/V1", "CodeSigningCertificate/V1"],
}
MANAGED = {"certificates": "managed", "certificate_authorities": ["issuing"], "domain_names": ["*.corp.example"]}


def issuer(*grants: dict[str, Any], **principal: Any) -> Issuer:
    return Issuer.model_validate({**(principal or {"user_name": "ci"}), "grants": list(grants)})


def statements(*grants: dict[str, Any], aws: Aws = AWS, **principal: Any) -> dict[str, Any]:
    """Return the statements of an issuer's policy by their ids, with each CA's ARN written `arn-of-KEY`."""
    (document,) = issuer_policies.documents(issuer(*grants, **principal), aws, arn_of="arn-of-{}".format).values()
    assert document["Version"] == "2012-10-17"
    found = {statement["Sid"]: statement for statement in document["Statement"]}
    assert len(found) == len(document["Statement"])
    return {name: {key: value for key, value in found[name].items() if key != "Sid"} for name in found}


def template_arns(*templates: str, partition: str = "aws") -> list[str]:
    return [f"arn:{partition}:acm-pca:::template/{template}" for template in templates]


def deny(*templates: str, partition: str = "aws") -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Action": ["acm-pca:IssueCertificate"],
        "Resource": ["*"],
        "Condition": {"ArnNotLike": {"acm-pca:TemplateArn": template_arns(*templates, partition=partition)}},
    }


def allow(*actions: str, on: list[str], where: dict[str, Any] | None = None) -> dict[str, Any]:
    condition = {"Condition": where} if where else {}
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **condition}


def test_case_1_issues_itself_from_the_named_templates_only() -> None:
    templates = UNMANAGED["templates"]
    both = ["arn-of-issuing", "arn-of-second"]
    named = {"ArnLike": {"acm-pca:TemplateArn": template_arns(*templates)}}
    assert statements(UNMANAGED) == {
        "Grant1Issue": allow("acm-pca:IssueCertificate", on=both, where=named),
        "Grant1Read": allow(
            "acm-pca:DescribeCertificateAuthority",
            "acm-pca:GetCertificate",
            "acm-pca:GetCertificateAuthorityCertificate",
            on=both,
        ),
        "DenyOtherTemplates": deny(*templates),
    }


def test_case_1_opts_in_to_more() -> None:
    more = {"additional_actions": ["ListCertificateAuthorities", "RevokeCertificate"]}
    found = statements({**UNMANAGED, **more})
    assert found["Grant1Revoke"] == allow("acm-pca:RevokeCertificate", on=["arn-of-issuing", "arn-of-second"])
    assert found["Grant1List"] == allow("acm-pca:ListCertificateAuthorities", on=["*"])


def test_case_1_is_narrowed_to_keys() -> None:
    found = statements({**UNMANAGED, "key_algorithms": ["RSA_3072", "EC_secp384r1", "RSA_4096"]})
    template = {"ArnLike": {"acm-pca:TemplateArn": template_arns(*UNMANAGED["templates"])}}
    assert found["Grant1IssueRsa"]["Condition"] == {
        **template,
        "StringEquals": {"acm-pca:x509Key/algorithm": ["RSA"]},
        "NumericEquals": {"acm-pca:x509Key/size": ["3072", "4096"]},
    }
    assert found["Grant1IssueEc"]["Condition"] == {
        **template,
        "StringEquals": {"acm-pca:x509Key/algorithm": ["EC"], "acm-pca:x509Key/curve": ["P-384", "secp384r1"]},
    }
    assert "Grant1Issue" not in found


@pytest.mark.parametrize(("algorithm", "suffix"), [("RSA_2048", "Rsa"), ("EC_prime256v1", "Ec")])
def test_case_1_for_one_family_of_keys_allows_no_other_key(algorithm: str, suffix: str) -> None:
    found = statements({**UNMANAGED, "key_algorithms": [algorithm]})
    issuing = {sid: each for sid, each in found.items() if each["Action"] == ["acm-pca:IssueCertificate"]}
    (sid,) = (sid for sid, each in issuing.items() if each["Effect"] == "Allow")
    assert sid == f"Grant1Issue{suffix}"
    assert issuing[sid]["Condition"]["StringEquals"]["acm-pca:x509Key/algorithm"] == [suffix.upper()]


def test_case_2_asks_acm_and_touches_only_its_own_certificates() -> None:
    tag = "pcaform:issuer"
    tagged = {f"aws:RequestTag/{tag}": ["user/ci"]}
    own = {"StringEquals": {f"aws:ResourceTag/{tag}": ["user/ci"]}}
    through = {"Bool": {"aws:ViaAWSService": "true"}}
    named = {
        "StringEquals": {"acm:CertificateAuthority": ["arn-of-issuing"], **tagged},
        "ForAllValues:StringLike": {"acm:DomainNames": ["*.corp.example"]},
        "Null": {"acm:DomainNames": "false"},
    }
    other_tags = {"ForAllValues:StringNotEquals": {"aws:TagKeys": [tag]}, "Null": {"aws:TagKeys": "false"}}
    template = {"ArnLike": {"acm-pca:TemplateArn": template_arns("EndEntityCertificate/V1")}}
    assert statements({**MANAGED, "additional_actions": ["ExportCertificate", "AddTagsToCertificate"]}) == {
        "Grant1Request": allow("acm:RequestCertificate", on=["*"], where=named),
        "Grant1Tag": allow("acm:AddTagsToCertificate", on=[f"{CERTIFICATE}/${{*}}"], where={"StringEquals": tagged}),
        "Grant1Own": allow(
            *("acm:DescribeCertificate", "acm:ExportCertificate", "acm:GetCertificate"),
            on=[f"{CERTIFICATE}/*"],
            where=own,
        ),
        "Grant1Retag": allow("acm:AddTagsToCertificate", on=[f"{CERTIFICATE}/*"], where={**own, **other_tags}),
        "Grant1IssueThroughAcm": allow(
            "acm-pca:IssueCertificate", on=["arn-of-issuing"], where={**template, **through}
        ),
        "Grant1ReadThroughAcm": allow(
            "acm-pca:GetCertificate", "acm-pca:ListPermissions", on=["arn-of-issuing"], where=through
        ),
        "DenyOtherTemplates": deny("EndEntityCertificate/V1"),
    }


def test_a_managed_grant_is_narrowed_only_by_what_it_says() -> None:
    plain = {"certificates": "managed", "certificate_authorities": ["issuing"]}
    always = {
        "StringEquals": {
            "acm:CertificateAuthority": ["arn-of-issuing"],
            "aws:RequestTag/pcaform:issuer": ["user/ci"],
        }
    }
    assert statements(plain)["Grant1Request"]["Condition"] == always
    narrow = statements({**plain, "key_algorithms": ["EC_prime256v1"]})["Grant1Request"]["Condition"]
    assert narrow["StringEquals"] == {**always["StringEquals"], "acm:KeyAlgorithm": ["EC_prime256v1"]}


@pytest.mark.parametrize(
    ("principal", "tag"),
    [
        ({"role": {"role_name": "web", "trust": {}}}, "role/web"),
        ({"existing_role": "web"}, "role/web"),
        ({"existing_user": "web"}, "user/web"),
    ],
)
def test_certificates_are_tagged_with_kind_and_name(principal: dict[str, Any], tag: str) -> None:
    found = statements(MANAGED, **principal)
    assert found["Grant1Own"]["Condition"] == {"StringEquals": {"aws:ResourceTag/pcaform:issuer": [tag]}}


def test_a_principal_that_exists_is_denied_nothing() -> None:
    assert "DenyOtherTemplates" not in statements(UNMANAGED, existing_user="ci")


def test_several_grants_are_numbered_and_share_one_lock() -> None:
    plain = {"certificates": "unmanaged", "certificate_authorities": ["second"]}
    found = statements(UNMANAGED, MANAGED, plain)
    assert list(found) == [
        "Grant1Issue",
        "Grant1Read",
        "Grant2Request",
        "Grant2Tag",
        "Grant2Own",
        "Grant2IssueThroughAcm",
        "Grant2ReadThroughAcm",
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
    assert found["Grant1Own"]["Resource"] == [f"arn:{partition}:acm:{aws.region}:123456789012:certificate/*"]
    assert found["DenyOtherTemplates"] == deny("EndEntityCertificate/V1", partition=partition)


def test_a_verbatim_policy_is_taken_word_for_word() -> None:
    document = {"Statement": [], "Version": "2008-10-17", "odd": [1, None]}
    verbatim = Issuer.model_validate({"user_name": "ci", "policy": {"name": "own", "document": document}})
    assert issuer_policies.documents(verbatim, AWS, arn_of=str) == {"own": document}
    assert list(issuer_policies.documents(issuer(UNMANAGED), AWS, arn_of=str)) == ["ci-private-ca"]


def arn_of(key: str) -> str:
    return f"arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/{key.rjust(36, '0')}"


def many(count: int) -> list[str]:
    return [f"ca-{number}" for number in range(count)]


def test_what_is_too_long_is_merged_before_it_is_spread() -> None:
    """Twenty grants of one CA each need the statements of one."""
    grants = [{"certificates": "unmanaged", "certificate_authorities": [key]} for key in many(20)]
    ((name, document),) = issuer_policies.documents(issuer(*grants), AWS, arn_of=arn_of).items()
    assert name == "ci-private-ca"
    found = {statement["Sid"]: statement["Resource"] for statement in document["Statement"]}
    assert found == {
        "Grant1Issue": [arn_of(key) for key in many(20)],
        "Grant1Read": [arn_of(key) for key in many(20)],
        "DenyOtherTemplates": ["*"],
    }


@pytest.mark.parametrize("kind", ["unmanaged", "managed"])
def test_a_long_policy_is_spread_and_nothing_of_it_is_lost(kind: str) -> None:
    grant = {"certificates": kind, "certificate_authorities": many(100)}
    found = issuer_policies.documents(issuer(grant), AWS, arn_of=arn_of)
    assert list(found)[:2] == ["ci-private-ca", "ci-private-ca-2"]
    assert len(found) <= facts.POLICIES_LIMIT
    assert all(issuer_policies.size(document) <= facts.POLICY_LIMIT for document in found.values())
    every = [statement for document in found.values() for statement in document["Statement"]]
    assert len({statement["Sid"] for statement in every}) == len(every)
    issuing = [each for each in every if "acm-pca:IssueCertificate" in each["Action"] and each["Effect"] == "Allow"]
    assert [arn for each in issuing for arn in each["Resource"]] == [arn_of(key) for key in many(100)]
    requesting = [each["Condition"]["StringEquals"] for each in every if "acm:RequestCertificate" in each["Action"]]
    named = [arn for each in requesting for arn in each["acm:CertificateAuthority"]]
    assert named == ([arn_of(key) for key in many(100)] if kind == "managed" else [])


def test_grants_that_ask_for_certificates_of_other_cas_are_not_merged() -> None:
    """Each grant names its CAs in a condition, which a merge of their resources does not join."""
    grants = [
        {"certificates": "managed", "certificate_authorities": keys, "domain_names": ["*.corp.example"]}
        for keys in (many(60)[:30], many(60)[30:])
    ]
    found = issuer_policies.documents(issuer(*grants), AWS, arn_of=arn_of)
    assert len(found) > 1
    every = [statement for document in found.values() for statement in document["Statement"]]
    requesting = [each["Condition"]["StringEquals"] for each in every if "acm:RequestCertificate" in each["Action"]]
    assert [arn for each in requesting for arn in each["acm:CertificateAuthority"]] == [arn_of(key) for key in many(60)]


@pytest.mark.timeout(60)
def test_a_statement_in_three_parts_and_more_has_a_name_for_each() -> None:
    grant = {"certificates": "unmanaged", "certificate_authorities": many(150)}
    found = issuer_policies.documents(issuer(grant), AWS, arn_of=arn_of)
    names = [statement["Sid"] for document in found.values() for statement in document["Statement"]]
    assert {"Grant1Issue", "Grant1Issue2", "Grant1Issue3", "Grant1Issue4"} <= set(names)
    assert len(set(names)) == len(names)


def test_sizes_count_what_terraform_writes() -> None:
    assert issuer_policies.size({"a": ["b c", "<"]}) == len('{"a":["bc","\\u003c"]}')
