mock_provider "aws" {}

variables {
  certificate_authority_arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
  name                      = "/pcaform/corp-pki/root"
}

run "every_argument" {
  module {
    source = "./modules/ssm-parameter"
  }

  assert {
    condition = (
      aws_ssm_parameter.this.name == var.name
      && aws_ssm_parameter.this.type == "String"
      && aws_ssm_parameter.this.insecure_value == var.certificate_authority_arn
    )
    error_message = "The parameter has the CA's ARN, as text that plans show."
  }

  assert {
    condition     = output.name == aws_ssm_parameter.this.id
    error_message = "The output waits for the parameter."
  }
}
