mock_provider "aws" {
  override_during = plan

  mock_resource "aws_acmpca_certificate" {
    defaults = {
      id                = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555/certificate/1"
      arn               = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555/certificate/1"
      certificate       = "own"
      certificate_chain = "above"
    }
  }
}

variables {
  issuer_arn                  = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
  certificate_signing_request = "the request"
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0_APIPassthrough/V1"
  validity                    = { type = "YEARS", value = "5" }
  api_passthrough             = "{}"
}

run "every_argument" {
  command = plan

  module {
    source = "./modules/ca-certificate"
  }

  assert {
    condition = (
      aws_acmpca_certificate.this.certificate_authority_arn == var.issuer_arn
      && aws_acmpca_certificate.this.certificate_signing_request == "the request"
      && aws_acmpca_certificate.this.signing_algorithm == "SHA256WITHECDSA"
      && aws_acmpca_certificate.this.template_arn == var.template_arn
      && aws_acmpca_certificate.this.api_passthrough == "{}"
      && aws_acmpca_certificate.this.validity[0].type == "YEARS"
      && aws_acmpca_certificate.this.validity[0].value == "5"
    )
    error_message = "Every argument is passed on."
  }

  assert {
    condition     = output.certificate == "own" && output.certificate_chain == "above" && output.template_arn == var.template_arn && endswith(output.arn, "/certificate/1")
    error_message = "The outputs are the certificate's."
  }
}

# Applied, so that there is a certificate to edit; the unprotected copy, so that it can be torn down again.
run "issued" {
  module {
    source = "./modules/ca-certificate-unprotected"
  }

  variables {
    api_passthrough = null
  }

  assert {
    condition     = aws_acmpca_certificate.this.api_passthrough == null
    error_message = "There need not be a passthrough."
  }
}

run "edits_are_ignored" {
  command = plan

  module {
    source = "./modules/ca-certificate-unprotected"
  }

  variables {
    certificate_signing_request = "another"
    signing_algorithm           = "SHA512WITHECDSA"
    template_arn                = "arn:aws:acm-pca:::template/RootCACertificate_APIPassthrough/V1"
    validity                    = { type = "DAYS", value = "1" }
  }

  assert {
    condition = (
      aws_acmpca_certificate.this.certificate_signing_request == "the request"
      && aws_acmpca_certificate.this.signing_algorithm == "SHA256WITHECDSA"
      && aws_acmpca_certificate.this.template_arn != var.template_arn
      && aws_acmpca_certificate.this.api_passthrough == null
      && aws_acmpca_certificate.this.validity[0].value == "5"
    )
    error_message = "An issued certificate stays as it is."
  }
}

run "another_issuer_is_refused" {
  command = plan

  module {
    source = "./modules/ca-certificate-unprotected"
  }

  variables {
    issuer_arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/99999999-2222-3333-4444-555555555555"
  }

  expect_failures = [aws_acmpca_certificate.this]
}

run "another_issuer_of_a_superseded_one" {
  command = plan

  module {
    source = "./modules/ca-certificate-unprotected"
  }

  variables {
    issuer_arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/99999999-2222-3333-4444-555555555555"
    superseded = true
  }

  assert {
    condition     = aws_acmpca_certificate.this.certificate_authority_arn != var.issuer_arn
    error_message = "It stays as it is all the same."
  }
}
