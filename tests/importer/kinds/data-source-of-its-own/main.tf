data "aws_acmpca_certificate_authority" "root" {
  arn = aws_acmpca_certificate_authority.root.arn
}

resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Root" }
  }
}

resource "aws_acm_certificate" "app" {
  domain_name               = "app.example.net"
  certificate_authority_arn = data.aws_acmpca_certificate_authority.root.arn
}
