mock_provider "aws" {
  override_during = plan

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn                 = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
      renewal_eligibility = "INELIGIBLE"
    }
  }
}

variables {
  certificate_authority_arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
  domain_name               = "intranet.corp.example"
}

run "least" {
  command = plan

  module {
    source = "./modules/acm-certificate"
  }

  assert {
    condition = (
      aws_acm_certificate.this.certificate_authority_arn == var.certificate_authority_arn
      && aws_acm_certificate.this.domain_name == "intranet.corp.example"
      && aws_acm_certificate.this.key_algorithm == "RSA_2048"
    )
    error_message = "A certificate has a CA, a name, and a key that any CA with an RSA key certifies."
  }

  assert {
    condition     = output.arn == "arn:aws:acm:eu-west-1:123456789012:certificate/1" && output.renewal_eligibility == "INELIGIBLE"
    error_message = "The outputs are the certificate's."
  }
}

run "every_argument" {
  command = plan

  module {
    source = "./modules/acm-certificate"
  }

  variables {
    subject_alternative_names = ["wiki.corp.example", "intranet.corp.example"]
    key_algorithm             = "EC_secp384r1"
    early_renewal_duration    = "P90D"
    tags                      = { owner = "pki" }
  }

  assert {
    condition = (
      aws_acm_certificate.this.subject_alternative_names == toset(["wiki.corp.example", "intranet.corp.example"])
      && aws_acm_certificate.this.key_algorithm == "EC_secp384r1"
      && aws_acm_certificate.this.early_renewal_duration == "P90D"
      && aws_acm_certificate.this.tags == tomap({ owner = "pki" })
    )
    error_message = "Every argument is passed on."
  }
}
