variable "region" {
  default = ""
}

provider "aws" {
  region = var.region
}

resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "RSA_4096"
    signing_algorithm = "SHA512WITHRSA"

    subject {
      common_name = "corp.example"
    }
  }
}

resource "aws_acmpca_certificate_authority" "without_configuration" {
  type = "ROOT"
}
