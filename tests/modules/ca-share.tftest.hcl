mock_provider "aws" {}

variables {
  certificate_authority_arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
  policy                    = "{\"Version\": \"2012-10-17\", \"Statement\": []}"
}

run "least" {
  command = plan

  module {
    source = "./modules/ca-share"
  }

  assert {
    condition     = aws_acmpca_policy.this.resource_arn == var.certificate_authority_arn
    error_message = "The policy is the CA's."
  }

  assert {
    condition     = aws_acmpca_policy.this.policy == var.policy
    error_message = "The policy is taken as it is."
  }

  assert {
    condition     = output.certificate_authority_arn == var.certificate_authority_arn
    error_message = "The output is the CA."
  }
}
