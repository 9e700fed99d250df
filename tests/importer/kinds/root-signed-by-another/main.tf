resource "aws_acmpca_certificate_authority" "first" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "First" }
  }
}

resource "aws_acmpca_certificate" "first" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.first.arn
  certificate_signing_request = aws_acmpca_certificate_authority.first.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity {
    type  = "YEARS"
    value = 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "first" {
  certificate_authority_arn = aws_acmpca_certificate_authority.first.arn
  certificate               = aws_acmpca_certificate.first.certificate
}

resource "aws_acmpca_certificate_authority" "second" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Second" }
  }
}

resource "aws_acmpca_certificate" "second" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.first.arn
  certificate_signing_request = aws_acmpca_certificate_authority.second.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity {
    type  = "YEARS"
    value = 5
  }
}

resource "aws_acmpca_certificate_authority_certificate" "second" {
  certificate_authority_arn = aws_acmpca_certificate_authority.second.arn
  certificate               = aws_acmpca_certificate.second.certificate
}
