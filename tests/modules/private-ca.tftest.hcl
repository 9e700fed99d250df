mock_provider "aws" {
  override_during = plan

  mock_resource "aws_acmpca_certificate_authority" {
    defaults = {
      arn                         = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
      certificate_signing_request = "the request"
      certificate                 = ""
      certificate_chain           = ""
      not_before                  = ""
      not_after                   = ""
      serial                      = ""
    }
  }

  mock_data "aws_acmpca_certificate_authority" {
    defaults = {
      not_before = "2026-01-31T00:00:00Z"
      not_after  = "2031-01-31T00:00:00Z"
      serial     = "0a:1b"
    }
  }
}

mock_provider "aws" {
  alias = "applied"

  mock_resource "aws_acmpca_certificate_authority" {
    defaults = {
      arn                         = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
      certificate_signing_request = "the request"
      certificate                 = ""
      certificate_chain           = ""
      not_before                  = ""
      not_after                   = ""
      serial                      = ""
    }
  }

  mock_data "aws_acmpca_certificate_authority" {
    defaults = {
      not_before = "2026-01-31T00:00:00Z"
      not_after  = "2031-01-31T00:00:00Z"
      serial     = "0a:1b"
    }
  }
}

variables {
  type              = "SUBORDINATE"
  subject           = { common_name = "Issuing" }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
}

run "least" {
  command = plan

  module {
    source = "./modules/private-ca"
  }

  assert {
    condition     = aws_acmpca_certificate_authority.this.type == "SUBORDINATE"
    error_message = "The type is passed on."
  }

  assert {
    condition     = aws_acmpca_certificate_authority.this.usage_mode == "GENERAL_PURPOSE"
    error_message = "A CA is for all purposes."
  }

  assert {
    condition     = aws_acmpca_certificate_authority.this.enabled
    error_message = "A CA is enabled."
  }

  assert {
    condition     = aws_acmpca_certificate_authority.this.permanent_deletion_time_in_days == 30
    error_message = "A deleted CA can be restored as long as AWS allows."
  }

  assert {
    condition     = length(aws_acmpca_certificate_authority.this.revocation_configuration) == 0
    error_message = "Nothing is said about revocation."
  }

  assert {
    condition     = length(aws_acmpca_certificate_authority_certificate.this) == 0
    error_message = "No certificate is installed."
  }

  assert {
    condition     = output.arn == aws_acmpca_certificate_authority.this.arn && output.active_arn == output.arn
    error_message = "Without a certificate there is nothing to wait for."
  }

  assert {
    condition = alltrue([
      for value in [output.certificate, output.certificate_chain, output.not_before, output.not_after, output.serial] : value == null
    ])
    error_message = "Without a certificate there is nothing to show."
  }

  assert {
    condition     = output.signing_algorithm == "SHA256WITHECDSA"
    error_message = "The algorithm is the one that is given."
  }

  assert {
    condition     = output.certificate_signing_request == "the request"
    error_message = "The request is the CA's."
  }
}

run "installed_elsewhere" {
  command = plan

  module {
    source = "./modules/private-ca"
  }

  override_resource {
    target          = aws_acmpca_certificate_authority.this
    override_during = plan
    values = {
      arn                         = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
      certificate_signing_request = "the request"
      certificate                 = "own"
      certificate_chain           = "above"
      not_before                  = "a"
      not_after                   = "b"
      serial                      = "c"
    }
  }

  assert {
    condition     = join(" ", [output.certificate, output.certificate_chain, output.not_before, output.not_after, output.serial]) == "own above a b c"
    error_message = "The outputs are what the CA has."
  }
}

run "every_argument" {
  command = plan

  module {
    source = "./modules/private-ca"
  }

  variables {
    subject = {
      common_name                  = "Issuing"
      country                      = "DE"
      distinguished_name_qualifier = "q"
      generation_qualifier         = "III"
      given_name                   = "Ada"
      initials                     = "A"
      locality                     = "Berlin"
      organization                 = "Corp"
      organizational_unit          = "PKI"
      pseudonym                    = "p"
      state                        = "Berlin"
      surname                      = "L"
      title                        = "Dr"
    }
    usage_mode                      = "SHORT_LIVED_CERTIFICATE"
    key_storage_security_standard   = "FIPS_140_2_LEVEL_3_OR_HIGHER"
    enabled                         = false
    permanent_deletion_time_in_days = 7
    timeouts                        = { create = "5m" }
    tags                            = { owner = "pki" }

    revocation_configuration = {
      crl_configuration = {
        enabled            = true
        custom_cname       = "crl.corp.example"
        expiration_in_days = 9
        s3_bucket_name     = "lists"
        s3_object_acl      = "BUCKET_OWNER_FULL_CONTROL"
      }
      ocsp_configuration = {
        enabled           = true
        ocsp_custom_cname = "ocsp.corp.example"
      }
    }
  }

  assert {
    condition = {
      for name, value in aws_acmpca_certificate_authority.this.certificate_authority_configuration[0].subject[0] : name => value
    } == { for name, value in var.subject : name => value }
    error_message = "Every field of the subject is passed on."
  }

  assert {
    condition = (
      aws_acmpca_certificate_authority.this.certificate_authority_configuration[0].key_algorithm == "EC_prime256v1"
      && aws_acmpca_certificate_authority.this.certificate_authority_configuration[0].signing_algorithm == "SHA256WITHECDSA"
    )
    error_message = "Both algorithms are passed on."
  }

  assert {
    condition = (
      aws_acmpca_certificate_authority.this.usage_mode == "SHORT_LIVED_CERTIFICATE"
      && aws_acmpca_certificate_authority.this.key_storage_security_standard == "FIPS_140_2_LEVEL_3_OR_HIGHER"
      && !aws_acmpca_certificate_authority.this.enabled
      && aws_acmpca_certificate_authority.this.permanent_deletion_time_in_days == 7
      && aws_acmpca_certificate_authority.this.timeouts.create == "5m"
      && aws_acmpca_certificate_authority.this.tags == tomap({ owner = "pki" })
    )
    error_message = "Every plain argument is passed on."
  }

  assert {
    condition = (
      aws_acmpca_certificate_authority.this.revocation_configuration[0].crl_configuration[0].enabled
      && aws_acmpca_certificate_authority.this.revocation_configuration[0].crl_configuration[0].custom_cname == "crl.corp.example"
      && aws_acmpca_certificate_authority.this.revocation_configuration[0].crl_configuration[0].expiration_in_days == 9
      && aws_acmpca_certificate_authority.this.revocation_configuration[0].crl_configuration[0].s3_bucket_name == "lists"
      && aws_acmpca_certificate_authority.this.revocation_configuration[0].crl_configuration[0].s3_object_acl == "BUCKET_OWNER_FULL_CONTROL"
    )
    error_message = "The list is passed on."
  }

  assert {
    condition = (
      aws_acmpca_certificate_authority.this.revocation_configuration[0].ocsp_configuration[0].enabled
      && aws_acmpca_certificate_authority.this.revocation_configuration[0].ocsp_configuration[0].ocsp_custom_cname == "ocsp.corp.example"
    )
    error_message = "The responder is passed on."
  }
}

run "revocation_switched_off" {
  command = plan

  module {
    source = "./modules/private-ca"
  }

  variables {
    revocation_configuration = { crl_configuration = { enabled = false } }
  }

  assert {
    condition = (
      !aws_acmpca_certificate_authority.this.revocation_configuration[0].crl_configuration[0].enabled
      && length(aws_acmpca_certificate_authority.this.revocation_configuration[0].ocsp_configuration) == 0
    )
    error_message = "A list can be switched off, and the responder left alone."
  }
}

run "installed" {
  command = plan

  module {
    source = "./modules/private-ca"
  }

  variables {
    certificate = {
      certificate       = "-----BEGIN CERTIFICATE-----\nown"
      certificate_chain = "-----BEGIN CERTIFICATE-----\nabove"
    }
  }

  assert {
    condition = (
      aws_acmpca_certificate_authority_certificate.this[0].certificate == var.certificate.certificate
      && aws_acmpca_certificate_authority_certificate.this[0].certificate_chain == var.certificate.certificate_chain
      && aws_acmpca_certificate_authority_certificate.this[0].certificate_authority_arn == output.arn
    )
    error_message = "The certificate is installed with its chain."
  }

  assert {
    condition     = output.active_arn == output.arn
    error_message = "The CA is the same before and after."
  }

  assert {
    condition     = output.certificate == var.certificate.certificate && output.certificate_chain == var.certificate.certificate_chain
    error_message = "The certificate is an output with its chain."
  }
}

run "installed_root" {
  command = plan

  module {
    source = "./modules/private-ca"
  }

  variables {
    type        = "ROOT"
    certificate = { certificate = "-----BEGIN CERTIFICATE-----\nown" }
  }

  assert {
    condition     = aws_acmpca_certificate_authority_certificate.this[0].certificate_chain == null
    error_message = "A root has no chain."
  }
}

run "least_of_a_list" {
  command = plan

  module {
    source = "./modules/private-ca"
  }

  variables {
    key_algorithm            = "EC_secp384r1"
    signing_algorithm        = null
    revocation_configuration = { crl_configuration = { enabled = true, s3_bucket_name = "lists", expiration_in_days = 7 } }
  }

  assert {
    condition     = aws_acmpca_certificate_authority.this.revocation_configuration[0].crl_configuration[0].s3_object_acl == "BUCKET_OWNER_FULL_CONTROL"
    error_message = "A list is not public unless that is asked for."
  }

  assert {
    condition     = output.signing_algorithm == "SHA384WITHECDSA"
    error_message = "The algorithm is as strong as the key."
  }
}

run "read_after_the_installation" {
  providers = {
    aws = aws.applied
  }

  module {
    source = "./modules/private-ca-unprotected"
  }

  variables {
    certificate = {
      certificate       = "-----BEGIN CERTIFICATE-----\nown"
      certificate_chain = "-----BEGIN CERTIFICATE-----\nabove"
    }
  }

  assert {
    condition     = output.not_before == "2026-01-31T00:00:00Z" && output.not_after == "2031-01-31T00:00:00Z" && output.serial == "0a:1b"
    error_message = "The dates and the serial number are those of the installed certificate."
  }
}
