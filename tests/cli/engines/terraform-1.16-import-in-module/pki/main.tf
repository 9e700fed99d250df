resource "aws_acmpca_certificate_authority" "inner" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "inner"
    }
  }
}
import {
  to = aws_acmpca_certificate_authority.inner
  id = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
}
