provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "root"
    }
  }
}
resource "aws_acm_certificate" "web" {
  domain_name               = "web.corp.example"
  certificate_authority_arn = aws_acmpca_certificate_authority.root.arn
  private_key_wo            = var.key
  private_key_wo_version    = 1
}
variable "key" {
  type      = string
  ephemeral = true
}
