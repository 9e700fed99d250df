# Written by pcaform from remote-state.yaml. Do not edit: change that file and render again.

data "terraform_remote_state" "root" {
  backend = "s3"
  config = {
    bucket = "corp-tfstate"
    key    = "pki/security/eu-west-1.tfstate"
    region = "eu-west-1"
  }

  lifecycle {
    postcondition {
      condition     = can(regex("^arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/[0-9a-f-]{36}$", self.outputs.certificate_authority_arns.root))
      error_message = "The CA 'root' of the stack 'security/eu-west-1' must have an ARN of account 123456789012 in eu-west-1 here: apply that stack first, or correct the reference."
    }
  }
}

data "terraform_remote_state" "shared" {
  backend = "s3"
  config = {
    bucket = "corp-tfstate"
    key    = "pki/security/us-east-1.tfstate"
    region = "eu-west-1"
  }

  lifecycle {
    postcondition {
      condition     = can(regex("^arn:aws:acm-pca:us-east-1:222222222222:certificate-authority/[0-9a-f-]{36}$", self.outputs.certificate_authority_arns.issuing))
      error_message = "The CA 'issuing' of the stack 'security/us-east-1' must have an ARN of account 222222222222 in us-east-1 here: apply that stack first, or correct the reference."
    }
  }
}

data "terraform_remote_state" "permitted" {
  backend = "s3"
  config = {
    bucket = "corp-tfstate"
    key    = "pki/security/eu-west-1.tfstate"
    region = "eu-west-1"
  }

  lifecycle {
    postcondition {
      condition     = can(regex("^arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/[0-9a-f-]{36}$", self.outputs.certificate_authority_arns.issuing))
      error_message = "The CA 'issuing' of the stack 'security/eu-west-1' must have an ARN of account 123456789012 in eu-west-1 here: apply that stack first, or correct the reference."
    }
  }
}
