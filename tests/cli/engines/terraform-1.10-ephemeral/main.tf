provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
ephemeral "aws_secretsmanager_secret_version" "role" {
  secret_id = "pki"
}
provider "aws" {
  alias               = "west"
  region              = "eu-west-2"
  allowed_account_ids = ["123456789012"]
  assume_role {
    role_arn = ephemeral.aws_secretsmanager_secret_version.role.secret_string
  }
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
