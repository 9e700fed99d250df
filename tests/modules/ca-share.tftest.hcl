mock_provider "aws" {}

variables {
  certificate_authority_arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
  template_arn              = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
}

run "accounts" {
  command = plan

  module {
    source = "./modules/ca-share"
  }

  variables {
    accounts = ["210987654321", "111122223333"]
  }

  assert {
    condition     = aws_acmpca_policy.this.resource_arn == var.certificate_authority_arn
    error_message = "The policy is the CA's."
  }

  assert {
    condition = [for each in jsondecode(aws_acmpca_policy.this.policy).Statement : each.Sid] == [
      "Read111122223333", "Issue111122223333", "Read210987654321", "Issue210987654321"
    ]
    error_message = "The order of the accounts makes no difference."
  }

  assert {
    condition = jsondecode(aws_acmpca_policy.this.policy).Statement[1] == {
      Sid       = "Issue111122223333"
      Effect    = "Allow"
      Principal = { AWS = "111122223333" }
      Action    = "acm-pca:IssueCertificate"
      Resource  = var.certificate_authority_arn
      Condition = { StringEquals = { "acm-pca:TemplateArn" = var.template_arn } }
    }
    error_message = "An account issues with the one template."
  }

  assert {
    condition     = output.certificate_authority_arn == var.certificate_authority_arn
    error_message = "The output is the CA."
  }
}

run "organization" {
  command = plan

  module {
    source = "./modules/ca-share"
  }

  variables {
    organization = "o-1234567890"
  }

  assert {
    condition = alltrue([
      for each in jsondecode(aws_acmpca_policy.this.policy).Statement :
      each.Principal == "*" && each.Condition.StringEquals["aws:PrincipalOrgID"] == "o-1234567890"
    ])
    error_message = "Everybody means everybody of the organization."
  }
}

run "both" {
  command = plan

  module {
    source = "./modules/ca-share"
  }

  variables {
    accounts     = ["210987654321"]
    organization = "o-1234567890"
  }

  assert {
    condition = [for each in jsondecode(aws_acmpca_policy.this.policy).Statement : each.Sid] == [
      "Read210987654321", "Issue210987654321", "ReadInOrganization", "IssueInOrganization"
    ]
    error_message = "An account and an organization go together."
  }
}
