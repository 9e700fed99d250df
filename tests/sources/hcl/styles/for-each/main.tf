terraform {
  required_version = ">= 1.5"

  backend "s3" {
    bucket = "corp-tfstate"
    key    = "pki.tfstate"
    region = "eu-west-1"
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = local.tags
  }
}

locals {
  tags = { owner = "platform-security" }

  root = { common_name = "Corp Root CA", years = 20 }

  authorities = {
    payments = { common_name = "Corp Payments CA", years = 5, key = "EC_prime256v1", ocsp = true }
    web      = { common_name = "Corp Web CA", years = 3, key = "RSA_2048", ocsp = false }
  }
  signing = { EC_prime256v1 = "SHA256WITHECDSA", RSA_2048 = "SHA256WITHRSA" }
}

resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "EC_secp384r1"
    signing_algorithm = "SHA384WITHECDSA"

    subject {
      common_name  = local.root.common_name
      organization = "Corp"
    }
  }
}

resource "aws_acmpca_certificate" "root" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = aws_acmpca_certificate_authority.root.certificate_signing_request
  signing_algorithm           = "SHA384WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"

  validity {
    type  = "YEARS"
    value = local.root.years
  }
}

resource "aws_acmpca_certificate_authority_certificate" "root" {
  certificate_authority_arn = aws_acmpca_certificate_authority.root.arn
  certificate               = aws_acmpca_certificate.root.certificate
  certificate_chain         = aws_acmpca_certificate.root.certificate_chain
}

resource "aws_acmpca_certificate_authority" "issuing" {
  for_each = local.authorities

  type = "SUBORDINATE"

  certificate_authority_configuration {
    key_algorithm     = each.value.key
    signing_algorithm = local.signing[each.value.key]

    subject {
      common_name  = each.value.common_name
      organization = "Corp"
    }
  }

  dynamic "revocation_configuration" {
    for_each = each.value.ocsp ? [1] : []

    content {
      ocsp_configuration {
        enabled = true
      }
    }
  }

  tags = { team = each.key }
}

resource "aws_acmpca_certificate" "issuing" {
  for_each = aws_acmpca_certificate_authority.issuing

  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = each.value.certificate_signing_request
  signing_algorithm           = "SHA384WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"

  validity {
    type  = "YEARS"
    value = local.authorities[each.key].years
  }
}

resource "aws_acmpca_certificate_authority_certificate" "issuing" {
  for_each = local.authorities

  certificate_authority_arn = aws_acmpca_certificate_authority.issuing[each.key].arn
  certificate               = aws_acmpca_certificate.issuing[each.key].certificate
  certificate_chain         = aws_acmpca_certificate.issuing[each.key].certificate_chain
}

resource "aws_acmpca_permission" "acm" {
  for_each = toset([for name, each in local.authorities : name if each.ocsp])

  certificate_authority_arn = aws_acmpca_certificate_authority.issuing[each.value].arn
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
  principal                 = "acm.amazonaws.com"
}
