mock_provider "aws" {
  override_during = plan

  mock_resource "aws_acmpca_certificate_authority" {
    defaults = {
      arn                         = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
      certificate_signing_request = "the request"
    }
  }

  mock_resource "aws_acmpca_certificate" {
    defaults = {
      certificate       = "-----BEGIN CERTIFICATE-----\nown"
      certificate_chain = "-----BEGIN CERTIFICATE-----\nabove"
    }
  }

  mock_data "aws_acmpca_certificate_authority" {
    defaults = {
      not_before = "2026-01-31T00:00:00Z"
      not_after  = "2031-01-31T00:00:00Z"
      serial     = "0a:1b"
    }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws-cn" }
  }
}

mock_provider "aws" {
  alias = "applied"

  mock_resource "aws_acmpca_certificate_authority" {
    defaults = {
      arn                         = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
      certificate_signing_request = "the request"
    }
  }

  mock_resource "aws_acmpca_certificate" {
    defaults = {
      certificate       = "-----BEGIN CERTIFICATE-----\nown"
      certificate_chain = "-----BEGIN CERTIFICATE-----\nabove"
    }
  }

  mock_data "aws_acmpca_certificate_authority" {
    defaults = {
      not_before = "2026-01-31T00:00:00Z"
      not_after  = "2031-01-31T00:00:00Z"
      serial     = "0a:1b"
    }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws-cn" }
  }
}

variables {
  type                  = "SUBORDINATE"
  subject               = { common_name = "Issuing" }
  key_algorithm         = "EC_prime256v1"
  certificates          = { g1 = { validity = { type = "YEARS", value = "5" } } }
  installed_certificate = "g1"

  issuer = {
    arn               = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/99999999-2222-3333-4444-555555555555"
    signing_algorithm = "SHA384WITHECDSA"
  }
}

run "least" {
  command = plan

  module {
    source = "./modules/private-ca-with-certificate"
  }

  assert {
    condition = (
      output.arn == "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
      && output.active_arn == output.arn
      && output.certificate_signing_request == "the request"
      && output.signing_algorithm == "SHA256WITHECDSA"
    )
    error_message = "The outputs are the CA's."
  }

  assert {
    condition = (
      output.certificate == "-----BEGIN CERTIFICATE-----\nown"
      && output.certificate_chain == "-----BEGIN CERTIFICATE-----\nabove"
    )
    error_message = "The outputs are those of the installed certificate."
  }

  assert {
    condition     = module.certificate["g1"].template_arn == "arn:aws-cn:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
    error_message = "The template is the one for a CA with no CA below it, in this partition."
  }
}

run "every_argument" {
  command = plan

  module {
    source = "./modules/private-ca-with-certificate"
  }

  variables {
    signing_algorithm               = "SHA512WITHECDSA"
    usage_mode                      = "SHORT_LIVED_CERTIFICATE"
    key_storage_security_standard   = "FIPS_140_2_LEVEL_3_OR_HIGHER"
    enabled                         = false
    permanent_deletion_time_in_days = 7
    revocation_configuration        = { ocsp_configuration = { enabled = true } }
    timeouts                        = { create = "5m" }
    tags                            = { owner = "pki" }
    installed_certificate           = "g2"

    certificates = {
      g1 = { validity = { type = "YEARS", value = "5" }, path_length = 1 }
      g2 = { validity = { type = "DAYS", value = "9" }, api_passthrough = "{}" }
    }
  }

  assert {
    condition     = output.signing_algorithm == "SHA512WITHECDSA"
    error_message = "The arguments are passed on."
  }

  assert {
    condition = {
      for name, each in module.certificate : name => each.template_arn
      } == {
      g1 = "arn:aws-cn:acm-pca:::template/SubordinateCACertificate_PathLen1/V1"
      g2 = "arn:aws-cn:acm-pca:::template/SubordinateCACertificate_PathLen0_APIPassthrough/V1"
    }
    error_message = "Each certificate has its template."
  }
}

run "root" {
  command = plan

  module {
    source = "./modules/private-ca-with-certificate"
  }

  variables {
    type   = "ROOT"
    issuer = null
  }

  assert {
    condition     = module.certificate["g1"].template_arn == "arn:aws-cn:acm-pca:::template/RootCACertificate/V1" && output.certificate_chain == null
    error_message = "A root signs itself, with no chain."
  }
}

run "read_after_the_installation" {
  providers = {
    aws = aws.applied
  }

  module {
    source = "./modules/private-ca-with-certificate-unprotected"
  }

  assert {
    condition     = output.not_before == "2026-01-31T00:00:00Z" && output.not_after == "2031-01-31T00:00:00Z" && output.serial == "0a:1b"
    error_message = "The dates and the serial number are those of the installed certificate."
  }
}
