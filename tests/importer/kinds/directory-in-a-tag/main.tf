resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Root" }
  }
  tags = { blueprint = basename(path.cwd), parts = length([aws_kms_key.any.arn, ""]), empty = length("") }
}
