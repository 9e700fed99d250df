# Undocumented behaviour of the provider with AWS Private CA.
locals {
  named = toset(["deletion", "usage", "gone", "disabled", "silenced"])
}

resource "aws_acmpca_certificate_authority" "each" {
  for_each = local.named

  type                            = "ROOT"
  usage_mode                      = contains(var.changed, each.key) && each.key == "usage" ? "SHORT_LIVED_CERTIFICATE" : null
  permanent_deletion_time_in_days = contains(var.changed, each.key) && each.key == "deletion" ? 7 : 30
  enabled                         = each.key != "disabled"

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = each.key
    }
  }

  dynamic "revocation_configuration" {
    for_each = each.key == "silenced" && !contains(var.changed, each.key) ? [true] : []

    content {
      crl_configuration {
        enabled            = true
        expiration_in_days = 7
        s3_bucket_name     = "corp-crl"
      }

      ocsp_configuration {
        enabled = true
      }
    }
  }
}

variable "changed" {
  type    = set(string)
  default = []
}

# AWS updates only active CAs.
resource "aws_acmpca_certificate" "each" {
  for_each = toset(["deletion", "usage"])

  certificate_authority_arn   = aws_acmpca_certificate_authority.each[each.key].arn
  certificate_signing_request = aws_acmpca_certificate_authority.each[each.key].certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"

  validity {
    type  = "YEARS"
    value = 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "each" {
  for_each = aws_acmpca_certificate.each

  certificate_authority_arn = each.value.certificate_authority_arn
  certificate               = each.value.certificate
}

# A separate CA, so that a plan of its permission includes no other CA.
resource "aws_acmpca_certificate_authority" "permitted" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "permitted"
    }
  }
}

resource "aws_acmpca_certificate" "permitted" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.permitted.arn
  certificate_signing_request = aws_acmpca_certificate_authority.permitted.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"

  validity {
    type  = "YEARS"
    value = 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "permitted" {
  certificate_authority_arn = aws_acmpca_certificate_authority.permitted.arn
  certificate               = aws_acmpca_certificate.permitted.certificate
}

resource "aws_acmpca_permission" "second" {
  count = contains(var.changed, "permitted") ? 1 : 0

  certificate_authority_arn = aws_acmpca_certificate_authority_certificate.permitted.certificate_authority_arn
  principal                 = "acm.amazonaws.com"
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
}
