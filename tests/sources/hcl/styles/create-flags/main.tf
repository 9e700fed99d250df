# In the style of the public modules: flags that create resources, lists for blocks, composed names.
provider "aws" {
  region              = var.region
  allowed_account_ids = var.account_ids
}

variable "region" {
  default = "eu-west-1"
}

variable "account_ids" {
  type    = list(string)
  default = ["123456789012"]
}

variable "create" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = "internal"
}

variable "crl" {
  type = object({
    bucket = string
    days   = optional(number, 7)
    cname  = optional(string)
  })
  default = { bucket = "corp-crl" }
}

variable "tags" {
  type    = map(any)
  default = { generation = 1, critical = "yes" }
}

locals {
  id = join("-", compact(["corp", "", var.name]))
}

resource "aws_acmpca_certificate_authority" "this" {
  count = var.create ? 1 : 0

  type       = upper("root")
  usage_mode = "GENERAL_PURPOSE"
  enabled    = tobool("true")

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    dynamic "subject" {
      for_each = [{ common_name = local.id, country = "DE" }]

      content {
        common_name         = subject.value.common_name
        country             = lookup(subject.value, "country", null)
        organization        = try(subject.value.organization, "Corp")
        organizational_unit = try(subject.value.organizational_unit, null)
      }
    }
  }

  dynamic "revocation_configuration" {
    for_each = var.crl != null ? [var.crl] : []
    iterator = crl

    content {
      crl_configuration {
        enabled            = true
        s3_bucket_name     = crl.value.bucket
        expiration_in_days = crl.value.days
        custom_cname       = crl.value.cname
      }
    }
  }

  tags = merge(var.tags, { Name = local.id })
}

resource "aws_acmpca_certificate" "this" {
  count = var.create ? 1 : 0

  certificate_authority_arn   = one(aws_acmpca_certificate_authority.this[*].arn)
  certificate_signing_request = aws_acmpca_certificate_authority.this[0].certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"

  validity {
    type  = "DAYS"
    value = 365 * 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "this" {
  count = var.create ? 1 : 0

  certificate_authority_arn = join("", aws_acmpca_certificate_authority.this[*].arn)
  certificate               = aws_acmpca_certificate.this[0].certificate
  certificate_chain         = aws_acmpca_certificate.this[0].certificate_chain
}

resource "aws_acmpca_certificate_authority" "other" {
  count = var.create ? 0 : 1
  type  = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"

    subject {
      common_name = "Not made"
    }
  }
}
