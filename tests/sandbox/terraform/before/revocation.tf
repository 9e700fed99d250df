# The possible revocation blocks, each on a CA that is never activated; `null` omits a block.
locals {
  revocations = {
    empty         = { crl = null, ocsp = null }
    crl           = { crl = { enabled = true, expiration_in_days = 5000, s3_bucket_name = "crl" }, ocsp = null }
    crl_owner     = { crl = { enabled = true, expiration_in_days = 1, s3_bucket_name = "crl", s3_object_acl = "BUCKET_OWNER_FULL_CONTROL" }, ocsp = null }
    crl_off       = { crl = { enabled = false }, ocsp = null }
    crl_off_rest  = { crl = { enabled = false, expiration_in_days = 7, s3_bucket_name = "crl", custom_cname = "crl.corp.example", s3_object_acl = "PUBLIC_READ" }, ocsp = null }
    ocsp          = { crl = null, ocsp = { enabled = true } }
    ocsp_off      = { crl = null, ocsp = { enabled = false } }
    both_off      = { crl = { enabled = false }, ocsp = { enabled = false } }
    ocsp_no_crl   = { crl = { enabled = false }, ocsp = { enabled = true, ocsp_custom_cname = "ocsp.corp.example" } }
    crl_with_ocsp = { crl = { enabled = true, expiration_in_days = 30, s3_bucket_name = "crl" }, ocsp = { enabled = true } }
  }
}

resource "aws_acmpca_certificate_authority" "revocation" {
  for_each = local.revocations

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = each.key
    }
  }

  revocation_configuration {
    dynamic "crl_configuration" {
      for_each = each.value.crl[*]

      content {
        enabled            = crl_configuration.value.enabled
        custom_cname       = try(crl_configuration.value.custom_cname, null)
        expiration_in_days = try(crl_configuration.value.expiration_in_days, null)
        s3_bucket_name     = try(crl_configuration.value.s3_bucket_name, null)
        s3_object_acl      = try(crl_configuration.value.s3_object_acl, null)
      }
    }

    dynamic "ocsp_configuration" {
      for_each = each.value.ocsp[*]

      content {
        enabled           = ocsp_configuration.value.enabled
        ocsp_custom_cname = try(ocsp_configuration.value.ocsp_custom_cname, null)
      }
    }
  }
}

# Gets a block and loses it again, which disables revocation.
resource "aws_acmpca_certificate_authority" "bare" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "Bare Root"
    }
  }
}
