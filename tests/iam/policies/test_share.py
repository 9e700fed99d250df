"""The policy of a shared CA: AWS accepts no other form of it."""

from pcaform.iam.policies.resource_policies import share_policy
from pcaform.spec.sections import Share

CA = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
TEMPLATE = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
READ = [
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
]


def test_an_account_reads_and_issues_with_the_one_template() -> None:
    shared = share_policy(Share(accounts=("111122223333",)), CA, region="eu-west-1")
    account = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Resource": CA}
    condition = {"StringEquals": {"acm-pca:TemplateArn": TEMPLATE}}
    assert shared == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Read111122223333", **account, "Action": READ},
            {"Sid": "Issue111122223333", **account, "Action": "acm-pca:IssueCertificate", "Condition": condition},
        ],
    }


def test_everybody_means_everybody_of_the_organization() -> None:
    shared = share_policy(Share(organization="o-1234567890"), CA, region="eu-west-1")
    inside = {"aws:PrincipalOrgID": "o-1234567890"}
    everybody = {"Effect": "Allow", "Principal": "*", "Resource": CA}
    issuing = {"StringEquals": {"acm-pca:TemplateArn": TEMPLATE, **inside}}
    assert shared["Statement"] == [
        {"Sid": "ReadInOrganization", **everybody, "Action": READ, "Condition": {"StringEquals": inside}},
        {"Sid": "IssueInOrganization", **everybody, "Action": "acm-pca:IssueCertificate", "Condition": issuing},
    ]


def test_the_order_of_the_accounts_makes_no_difference() -> None:
    accounts = ("210987654321", "111122223333", "210987654321")
    shared = share_policy(Share(accounts=accounts, organization="o-1234567890"), CA, region="eu-west-1")
    assert [each["Sid"] for each in shared["Statement"]] == [
        "Read111122223333",
        "Issue111122223333",
        "Read210987654321",
        "Issue210987654321",
        "ReadInOrganization",
        "IssueInOrganization",
    ]
