data "aws_acmpca_certificate_authority" "issuing" {
  arn = join("/", ["arn:aws:acm-pca:us-east-1:123456789012:certificate-authority", "11111111-2222-3333-4444-555555555555"])
}
