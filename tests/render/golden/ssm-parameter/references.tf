# Written by pcaform from ssm-parameter.yaml. Do not edit: change that file and render again.

data "aws_ssm_parameter" "root" {
  name = "/pcaform/security/eu-west-1/root"

  lifecycle {
    postcondition {
      condition     = can(regex("^arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/[0-9a-f-]{36}$", self.insecure_value))
      error_message = "The CA 'root' of the stack 'security/eu-west-1' must have an ARN of account 123456789012 in eu-west-1 here: apply that stack first, or correct the reference."
    }
  }
}

data "aws_ssm_parameter" "shared" {
  provider = aws.us-east-1
  name     = "/pcaform/security/us-east-1/issuing"

  lifecycle {
    postcondition {
      condition     = can(regex("^arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/[0-9a-f-]{36}$", self.insecure_value))
      error_message = "The CA 'issuing' of the stack 'security/us-east-1' must have an ARN of account 123456789012 in us-east-1 here: apply that stack first, or correct the reference."
    }
  }
}
