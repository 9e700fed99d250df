"""Layouts that pcaform had no hand in: one file with for_each and count, and modules inside modules."""

HEAD = """\
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = { owner = "pki" }
  }
}
"""

ONE_FILE = (
    HEAD
    + r"""
locals {
  issuing = {
    "eu.a \"q\" [0]" = "Issuing A"
    "ü/${"$"}{x}"    = "Issuing B"
  }
}

resource "aws_acmpca_certificate_authority" "root" {
  count = 1
  type  = "ROOT"
  tags  = { tier = "root" }

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "Corp Root"
    }
  }
}

resource "aws_acmpca_certificate" "root" {
  count                       = 1
  certificate_authority_arn   = aws_acmpca_certificate_authority.root[0].arn
  certificate_signing_request = aws_acmpca_certificate_authority.root[0].certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"

  validity {
    type  = "YEARS"
    value = 20
  }
}

resource "aws_acmpca_certificate_authority_certificate" "root" {
  count                     = 1
  certificate_authority_arn = aws_acmpca_certificate_authority.root[0].arn
  certificate               = aws_acmpca_certificate.root[0].certificate
}

resource "aws_acmpca_certificate_authority" "issuing" {
  for_each = local.issuing
  type     = "SUBORDINATE"

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = each.value
    }
  }
}

resource "aws_acmpca_certificate" "issuing" {
  for_each                    = local.issuing
  certificate_authority_arn   = aws_acmpca_certificate_authority_certificate.root[0].certificate_authority_arn
  certificate_signing_request = aws_acmpca_certificate_authority.issuing[each.key].certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"

  validity {
    type  = "YEARS"
    value = 5
  }
}

resource "aws_acmpca_certificate_authority_certificate" "issuing" {
  for_each                  = local.issuing
  certificate_authority_arn = aws_acmpca_certificate_authority.issuing[each.key].arn
  certificate               = aws_acmpca_certificate.issuing[each.key].certificate
  certificate_chain         = aws_acmpca_certificate.issuing[each.key].certificate_chain
}

resource "aws_acmpca_permission" "acm" {
  for_each                  = local.issuing
  certificate_authority_arn = aws_acmpca_certificate_authority_certificate.issuing[each.key].certificate_authority_arn
  principal                 = "acm.amazonaws.com"
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
}

resource "aws_iam_user" "signer" {
  name = "signer"
}

resource "aws_iam_policy" "signer" {
  name = "signing"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "acm-pca:Issue*", Resource = "*" }]
  })
}

resource "aws_iam_user_policy_attachment" "signer" {
  user       = aws_iam_user.signer.name
  policy_arn = aws_iam_policy.signer.arn
}

resource "aws_acm_certificate" "intranet" {
  certificate_authority_arn = aws_acmpca_permission.acm["eu.a \"q\" [0]"].certificate_authority_arn
  domain_name               = "intranet.corp.example"
  key_algorithm             = "EC_prime256v1"
}
"""
)

MODULES = {
    "main.tf": HEAD
    + """
module "private_ca" {
  source   = "./authority"
  for_each = toset(["team.a", "team.b"])
  name     = each.key
}
""",
    "authority/main.tf": """
variable "name" {
  type = string
}

module "ca" {
  source = "./ca"
  count  = 1
  name   = var.name
}

resource "aws_iam_role" "issuer" {
  name = "issuer-${var.name}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_policy" "issuer" {
  name = "issuer-${var.name}-private-ca"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["acm-pca:IssueCertificate"], Resource = [module.ca[0].arn] }]
  })
}

resource "aws_iam_role_policy_attachment" "issuer" {
  role       = aws_iam_role.issuer.name
  policy_arn = aws_iam_policy.issuer.arn
}
""",
    "authority/ca/main.tf": """
variable "name" {
  type = string
}

output "arn" {
  value = aws_acmpca_certificate_authority.this.arn
}

resource "aws_acmpca_certificate_authority" "this" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"

    subject {
      common_name  = "CA of ${var.name}"
      organization = "Corp"
    }
  }
}

resource "aws_acmpca_certificate" "this" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.this.arn
  certificate_signing_request = aws_acmpca_certificate_authority.this.certificate_signing_request
  signing_algorithm           = "SHA256WITHRSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"

  validity {
    type  = "YEARS"
    value = 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "this" {
  certificate_authority_arn = aws_acmpca_certificate_authority.this.arn
  certificate               = aws_acmpca_certificate.this.certificate
}

resource "aws_acmpca_policy" "this" {
  resource_arn = aws_acmpca_certificate_authority_certificate.this.certificate_authority_arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "1"
        Effect    = "Allow"
        Principal = { AWS = "999999999999" }
        Resource  = aws_acmpca_certificate_authority.this.arn
        Action = [
          "acm-pca:DescribeCertificateAuthority",
          "acm-pca:GetCertificate",
          "acm-pca:GetCertificateAuthorityCertificate",
          "acm-pca:ListPermissions",
          "acm-pca:ListTags",
        ]
      },
      {
        Sid       = "2"
        Effect    = "Allow"
        Principal = { AWS = "999999999999" }
        Resource  = aws_acmpca_certificate_authority.this.arn
        Action    = ["acm-pca:IssueCertificate"]
        Condition = { StringEquals = { "acm-pca:TemplateArn" = "arn:aws:acm-pca:::template/EndEntityCertificate/V1" } }
      },
    ]
  })
}
""",
}
"""The shape of public modules: a module for each team, the CA in a module of its own inside."""
