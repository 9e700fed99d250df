resource "aws_s3_bucket" "crl" { bucket_prefix = "crl" }

resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Root" }
  }
  revocation_configuration {
    crl_configuration {
      enabled            = true
      expiration_in_days = 7
      s3_bucket_name     = aws_s3_bucket.crl.id
    }
  }
}

resource "aws_acmpca_certificate" "root" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = aws_acmpca_certificate_authority.root.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity {
    type  = "YEARS"
    value = 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "root" {
  certificate_authority_arn = aws_acmpca_certificate_authority.root.arn
  certificate               = aws_acmpca_certificate.root.certificate
}

resource "aws_acmpca_certificate_authority" "issuing" {
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Issuing" }
  }
}

resource "aws_acmpca_certificate" "issuing" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = aws_acmpca_certificate_authority.issuing.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity {
    type  = "YEARS"
    value = 2
  }
}

resource "aws_acmpca_certificate_authority_certificate" "issuing" {
  certificate_authority_arn = aws_acmpca_certificate_authority.issuing.arn
  certificate               = aws_acmpca_certificate.issuing.certificate
  certificate_chain         = aws_acmpca_certificate.issuing.certificate_chain
}

resource "aws_acm_certificate" "app" {
  domain_name               = "app.example.net"
  certificate_authority_arn = aws_acmpca_certificate_authority.issuing.arn
}

resource "aws_acmpca_certificate_authority" "other" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "RSA_4096"
    signing_algorithm = "SHA512WITHRSA"
    subject { common_name = "Other" }
  }
}
