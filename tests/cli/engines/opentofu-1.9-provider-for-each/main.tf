provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
provider "aws" {
  alias               = "each"
  for_each            = toset(["eu-west-1", "eu-west-2"])
  region              = each.value
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
  for_each = toset(["eu-west-1", "eu-west-2"])
  provider = aws.each[each.key]
}
