# Policies in several styles. One that a grant would make becomes that grant; unknown values are reported.
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}

resource "aws_acmpca_certificate_authority" "issuing" {
  type = "SUBORDINATE"

  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"

    subject {
      common_name = "Corp Issuing CA"
    }
  }
}

locals {
  end_entity = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
}

# with jsonencode
resource "aws_iam_user" "signer" {
  name = "signer"
}

resource "aws_iam_user_policy" "signer" {
  name = "issue"
  user = aws_iam_user.signer.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "acm-pca:GetCertificate",
          "acm-pca:GetCertificateAuthorityCertificate",
          "acm-pca:DescribeCertificateAuthority",
        ]
        Resource = aws_acmpca_certificate_authority.issuing.arn
      },
      {
        Effect    = "Allow"
        Action    = "acm-pca:IssueCertificate"
        Resource  = aws_acmpca_certificate_authority.issuing.arn
        Condition = { ArnLike = { "acm-pca:TemplateArn" = local.end_entity } }
      },
      {
        Effect    = "Deny"
        Action    = "acm-pca:IssueCertificate"
        Resource  = "*"
        Condition = { ArnNotLike = { "acm-pca:TemplateArn" = local.end_entity } }
      },
    ]
  })
}

# as a data source with only known parts
data "aws_iam_policy_document" "printer" {
  statement {
    actions   = ["acm-pca:IssueCertificate"]
    resources = [aws_acmpca_certificate_authority.issuing.arn]

    condition {
      test     = "ArnLike"
      variable = "acm-pca:TemplateArn"
      values   = [local.end_entity]
    }
  }

  statement {
    actions = [
      "acm-pca:DescribeCertificateAuthority",
      "acm-pca:GetCertificate",
      "acm-pca:GetCertificateAuthorityCertificate",
    ]
    resources = [aws_acmpca_certificate_authority.issuing.arn]
  }

  statement {
    effect    = "Deny"
    actions   = ["acm-pca:IssueCertificate"]
    resources = ["*"]

    condition {
      test     = "ArnNotLike"
      variable = "acm-pca:TemplateArn"
      values   = [local.end_entity]
    }
  }
}

resource "aws_iam_user" "printer" {
  name = "printer"
}

resource "aws_iam_user_policy" "printer" {
  name   = "issue"
  user   = aws_iam_user.printer.name
  policy = data.aws_iam_policy_document.printer.json
}

# a heredoc that no grant would make: kept unchanged
resource "aws_iam_role" "build" {
  name = "build"

  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
      ]
    }
  EOT
}

resource "aws_iam_policy" "build" {
  name   = "build-issues"
  policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["acm-pca:IssueCertificate", "acm-pca:GetCertificate"],
      "Resource": "*",
      "Condition": {"StringEquals": {"aws:ResourceTag/team": "$${aws:PrincipalTag/team}"}}
    }
  ]
}
EOF
}

resource "aws_iam_role_policy_attachment" "build" {
  role       = aws_iam_role.build.name
  policy_arn = aws_iam_policy.build.arn
}

# no grant would make this, and only AWS knows the ARN of its CA
resource "aws_iam_user" "reader" {
  name = "reader"
}

resource "aws_iam_user_policy" "reader" {
  name = "read"
  user = aws_iam_user.reader.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "acm-pca:Get*", Resource = aws_acmpca_certificate_authority.issuing.arn }]
  })
}

# data sources that merge documents or have values known only to AWS
data "aws_iam_policy_document" "merged" {
  source_policy_documents = [data.aws_iam_policy_document.printer.json]
}

resource "aws_iam_user" "merged" {
  name = "merged"
}

resource "aws_iam_user_policy" "merged" {
  name   = "issue"
  user   = aws_iam_user.merged.name
  policy = data.aws_iam_policy_document.merged.json
}

data "aws_organizations_organization" "this" {}

data "aws_iam_policy_document" "organization" {
  statement {
    actions   = ["acm-pca:IssueCertificate"]
    resources = [aws_acmpca_certificate_authority.issuing.arn]

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = [data.aws_organizations_organization.this.id]
    }
  }
}

resource "aws_iam_user" "organization" {
  name = "organization"
}

resource "aws_iam_user_policy" "organization" {
  name   = "issue"
  user   = aws_iam_user.organization.name
  policy = data.aws_iam_policy_document.organization.json
}
