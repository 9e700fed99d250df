resource "aws_acmpca_certificate_authority" "issuing" {
  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"
    subject { common_name = "Issuing" }
  }
}
