"""Terraform's names of the resource types that pcaform renders, reads or checks."""

AUTHORITY = "aws_acmpca_certificate_authority"
CERTIFICATE = "aws_acmpca_certificate"
INSTALLATION = "aws_acmpca_certificate_authority_certificate"
PERMISSION = "aws_acmpca_permission"
SHARE = "aws_acmpca_policy"
MANAGED = "aws_acm_certificate"
POLICIES = ("aws_iam_policy", "aws_iam_user_policy", "aws_iam_role_policy", "aws_iam_group_policy")
