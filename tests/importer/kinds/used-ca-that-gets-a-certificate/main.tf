data "aws_acmpca_certificate_authority" "used" {
  arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
}

resource "aws_acmpca_certificate" "used" {
  certificate_authority_arn   = data.aws_acmpca_certificate_authority.used.arn
  certificate_signing_request = data.aws_acmpca_certificate_authority.used.certificate_signing_request
  signing_algorithm           = "SHA256WITHRSA"
  validity {
    type  = "YEARS"
    value = 1
  }
}

resource "aws_acmpca_certificate_authority_certificate" "used" {
  certificate_authority_arn = data.aws_acmpca_certificate_authority.used.arn
  certificate               = aws_acmpca_certificate.used.certificate
}

resource "aws_acm_certificate" "app" {
  domain_name               = "app.example.net"
  certificate_authority_arn = data.aws_acmpca_certificate_authority.used.arn
}
