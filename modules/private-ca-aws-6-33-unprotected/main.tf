# SPDX-License-Identifier: Apache-2.0

# One private CA and, where it is given, the installation of its own certificate. The certificate itself is issued by
# the ca-certificate module and handed back in, so that renewing adds a certificate and never replaces one.

locals {
  strongest = {
    RSA_2048      = "SHA256WITHRSA"
    RSA_3072      = "SHA384WITHRSA"
    RSA_4096      = "SHA512WITHRSA"
    EC_prime256v1 = "SHA256WITHECDSA"
    EC_secp384r1  = "SHA384WITHECDSA"
    EC_secp521r1  = "SHA512WITHECDSA"
    SM2           = "SM3WITHSM2"
  }
  signing_algorithm = var.signing_algorithm != null ? var.signing_algorithm : lookup(local.strongest, var.key_algorithm, var.key_algorithm)
}

# A certificate that was installed elsewhere; the attributes are empty texts without one.
locals {
  outside = {
    for name in ["certificate", "certificate_chain", "not_before", "not_after", "serial"] :
    name => aws_acmpca_certificate_authority.this[name] == "" ? null : aws_acmpca_certificate_authority.this[name]
  }
}

resource "aws_acmpca_certificate_authority" "this" {
  type                            = var.type
  usage_mode                      = var.usage_mode
  key_storage_security_standard   = var.key_storage_security_standard
  enabled                         = var.enabled
  permanent_deletion_time_in_days = var.permanent_deletion_time_in_days
  tags                            = var.tags

  certificate_authority_configuration {
    key_algorithm     = var.key_algorithm
    signing_algorithm = local.signing_algorithm

    subject {
      common_name                  = var.subject.common_name
      country                      = var.subject.country
      distinguished_name_qualifier = var.subject.distinguished_name_qualifier
      generation_qualifier         = var.subject.generation_qualifier
      given_name                   = var.subject.given_name
      initials                     = var.subject.initials
      locality                     = var.subject.locality
      organization                 = var.subject.organization
      organizational_unit          = var.subject.organizational_unit
      pseudonym                    = var.subject.pseudonym
      state                        = var.subject.state
      surname                      = var.subject.surname
      title                        = var.subject.title
    }
  }

  dynamic "revocation_configuration" {
    for_each = var.revocation_configuration == null ? [] : [var.revocation_configuration]

    content {
      dynamic "crl_configuration" {
        for_each = revocation_configuration.value.crl_configuration == null ? [] : [revocation_configuration.value.crl_configuration]

        content {
          enabled            = crl_configuration.value.enabled
          custom_cname       = crl_configuration.value.custom_cname
          custom_path        = crl_configuration.value.custom_path
          expiration_in_days = crl_configuration.value.expiration_in_days
          s3_bucket_name     = crl_configuration.value.s3_bucket_name
          s3_object_acl      = crl_configuration.value.enabled ? crl_configuration.value.s3_object_acl : null
        }
      }

      dynamic "ocsp_configuration" {
        for_each = revocation_configuration.value.ocsp_configuration == null ? [] : [revocation_configuration.value.ocsp_configuration]

        content {
          enabled           = ocsp_configuration.value.enabled
          ocsp_custom_cname = ocsp_configuration.value.ocsp_custom_cname
        }
      }
    }
  }

  timeouts {
    create = var.timeouts.create
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_acmpca_certificate_authority_certificate" "this" {
  count = var.certificate == null ? 0 : 1

  certificate_authority_arn = aws_acmpca_certificate_authority.this.arn
  certificate               = var.certificate.certificate
  certificate_chain         = var.certificate.certificate_chain

  # Installing a renewed certificate replaces this resource, and its destroy does nothing at AWS: create first, so that
  # a new certificate that cannot be issued leaves the state as it was.
  lifecycle {
    create_before_destroy = true
  }
}

# Read once the certificate is installed: the CA's own attributes stay empty until the next refresh, and outputs of them
# would change in the plan after an apply.
data "aws_acmpca_certificate_authority" "this" {
  count = var.certificate == null ? 0 : 1

  arn = aws_acmpca_certificate_authority_certificate.this[0].certificate_authority_arn

  depends_on = [aws_acmpca_certificate_authority_certificate.this]
}

# A precondition could not tell a CA that is made from one that is there.
check "enabled" {
  assert {
    condition     = aws_acmpca_certificate_authority.this.enabled == var.enabled
    error_message = "AWS ignores enabled = false while it makes a CA: it is enabled. The next apply disables it, once its certificate is installed."
  }
}
