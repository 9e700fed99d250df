data "aws_caller_identity" "current" {}

resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Root" }
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

resource "aws_acmpca_policy" "own" {
  resource_arn = aws_acmpca_certificate_authority.root.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "1"
      Effect    = "Allow"
      Principal = { AWS = data.aws_caller_identity.current.account_id }
      Action    = ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate", "acm-pca:ListPermissions"]
      Resource  = aws_acmpca_certificate_authority.root.arn
    }]
  })
}
