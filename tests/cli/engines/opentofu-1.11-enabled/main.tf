provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
variable "asked" {
  type = bool
}
resource "aws_acmpca_certificate_authority" "on" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "on"
    }
  }
  lifecycle {
    enabled = true
  }
}
resource "aws_acmpca_certificate_authority" "off" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "off"
    }
  }
  lifecycle {
    enabled = false
  }
}
resource "aws_acmpca_certificate_authority" "unknown" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "unknown"
    }
  }
  lifecycle {
    enabled = var.asked
  }
}
