# Every argument at once, on a root that becomes active.
resource "aws_acmpca_certificate_authority" "complete" {
  type                            = "ROOT"
  usage_mode                      = "GENERAL_PURPOSE"
  key_storage_security_standard   = "FIPS_140_2_LEVEL_3_OR_HIGHER"
  enabled                         = true
  permanent_deletion_time_in_days = 7

  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"

    subject {
      common_name                  = "Complete Root"
      country                      = "DE"
      distinguished_name_qualifier = "first"
      generation_qualifier         = "III"
      given_name                   = "Ada"
      initials                     = "A."
      locality                     = "Köln"
      organization                 = "Corp"
      organizational_unit          = "PKI"
      pseudonym                    = "keeper"
      state                        = "NRW"
      surname                      = "Lovelace"
      title                        = "Countess"
    }
  }

  revocation_configuration {
    crl_configuration {
      enabled            = true
      custom_cname       = "crl.corp.example"
      expiration_in_days = 7
      s3_bucket_name     = "corp-crl"
      s3_object_acl      = "PUBLIC_READ"
    }

    ocsp_configuration {
      enabled           = true
      ocsp_custom_cname = "ocsp.corp.example"
    }
  }

  tags = {
    kept    = "as it is"
    changed = "before"
    removed = ""
  }

  timeouts {
    create = "2m"
  }
}

# Only the required arguments: a subordinate CA without a certificate.
resource "aws_acmpca_certificate_authority" "minimal" {
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "Minimal"
    }
  }
}

# Every argument that forces replacement changes at once.
resource "aws_acmpca_certificate_authority" "replaced" {
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "Replaced"
    }
  }
}

# A change of the subject replaces this root, and all resources that depend on it.
resource "aws_acmpca_certificate_authority" "moved" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "Moved Root"
    }
  }
}

# The root that does not change.
resource "aws_acmpca_certificate_authority" "trusted" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "EC_secp384r1"
    signing_algorithm = "SHA384WITHECDSA"

    subject {
      common_name = "Trusted Root"
    }
  }
}

# Disabled, then enabled again.
resource "aws_acmpca_certificate_authority" "switched" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "Switched Root"
    }
  }
}

# Its parent changes, and so do its certificate and its chain.
resource "aws_acmpca_certificate_authority" "subordinate" {
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "Subordinate"
    }
  }
}

resource "aws_acmpca_certificate_authority" "short_lived" {
  usage_mode = "SHORT_LIVED_CERTIFICATE"

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "Short Lived"
    }
  }
}

resource "aws_acmpca_certificate_authority" "algorithm" {
  for_each = {
    EC_prime256v1 = "SHA512WITHECDSA"
    EC_secp384r1  = "SHA256WITHECDSA"
    EC_secp521r1  = "SHA384WITHECDSA"
    RSA_2048      = "SHA512WITHRSA"
    RSA_3072      = "SHA256WITHRSA"
    RSA_4096      = "SHA384WITHRSA"
  }

  certificate_authority_configuration {
    key_algorithm     = each.key
    signing_algorithm = each.value

    subject {
      common_name = each.key
    }
  }
}
