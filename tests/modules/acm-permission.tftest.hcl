mock_provider "aws" {}

variables {
  certificate_authority_arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
}

run "least" {
  command = plan

  module {
    source = "./modules/acm-permission"
  }

  assert {
    condition = (
      aws_acmpca_permission.this.principal == "acm.amazonaws.com"
      && aws_acmpca_permission.this.actions == toset(["GetCertificate", "IssueCertificate", "ListPermissions"])
    )
    error_message = "ACM gets all that it needs to renew."
  }

  assert {
    condition     = output.certificate_authority_arn == var.certificate_authority_arn
    error_message = "The output is the CA."
  }
}

run "every_argument" {
  command = plan

  module {
    source = "./modules/acm-permission"
  }

  variables {
    principal = "acm.amazonaws.com"
    actions   = ["IssueCertificate"]
  }

  assert {
    condition     = aws_acmpca_permission.this.actions == toset(["IssueCertificate"])
    error_message = "The actions are passed on."
  }
}
