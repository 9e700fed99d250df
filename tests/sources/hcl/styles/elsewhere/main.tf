# References that are not local or known only to AWS; everything else is read.
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}

provider "aws" {
  alias  = "us"
  region = "us-east-1"

  assume_role {
    role_arn = "arn:aws:iam::210987654321:role/pki"
  }
}

module "acm_pca" {
  source  = "cloudposse/acm-private-ca/aws"
  version = "0.1.0"
}

module "shared" {
  source = "git::https://git.example.com/terraform/pki.git//ca?ref=v3"
}

data "aws_acmpca_certificate_authority" "root" {
  arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
}

data "aws_ssm_parameter" "usage" {
  name = "/pki/usage"
}

resource "aws_acmpca_certificate_authority" "known" {
  provider = aws.us
  type     = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"

    subject {
      common_name = "Known"
    }
  }
}

resource "aws_acmpca_certificate_authority" "unknown" {
  type       = "ROOT"
  usage_mode = data.aws_ssm_parameter.usage.value

  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"

    subject {
      common_name = "Unknown"
    }
  }
}

resource "aws_acmpca_certificate_authority" "many" {
  for_each = toset(data.aws_regions.all.names)
  type     = "ROOT"
}

data "aws_regions" "all" {}
