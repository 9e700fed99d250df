resource "aws_acmpca_certificate_authority" "complete" {
  permanent_deletion_time_in_days = 8

  revocation_configuration {
    crl_configuration {
      enabled            = true
      custom_cname       = "lists.corp.example"
      expiration_in_days = 8
      s3_bucket_name     = "corp-lists"
      s3_object_acl      = "BUCKET_OWNER_FULL_CONTROL"
    }

    ocsp_configuration {
      enabled           = true
      ocsp_custom_cname = "status.corp.example"
    }
  }

  tags = {
    kept    = "as it is"
    changed = "after"
    added   = "after"
  }
}

resource "aws_acmpca_certificate_authority" "replaced" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "EC_secp384r1"
    signing_algorithm = "SHA384WITHECDSA"

    subject {
      common_name                  = "Replaced afterwards"
      country                      = "FR"
      distinguished_name_qualifier = "second"
      generation_qualifier         = "Jr."
      given_name                   = "Blaise"
      initials                     = "B."
      locality                     = "Paris"
      organization                 = "Corp"
      organizational_unit          = "PKI"
      pseudonym                    = "keeper"
      state                        = "IDF"
      surname                      = "Pascal"
      title                        = "Dr."
    }
  }
}

resource "aws_acmpca_certificate_authority" "moved" {
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "Moved Root afterwards"
    }
  }
}

resource "aws_acmpca_certificate_authority" "switched" {
  enabled = false
}

resource "aws_acmpca_certificate_authority" "bare" {
  revocation_configuration {
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
