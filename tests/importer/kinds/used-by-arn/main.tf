variable "ca_arn" { default = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555" }

data "aws_acmpca_certificate_authority" "root" {
  arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/99999999-2222-3333-4444-555555555555"
}

resource "aws_acm_certificate" "app" {
  domain_name               = "app.example.net"
  certificate_authority_arn = var.ca_arn
  options {
    certificate_transparency_logging_preference = "DISABLED"
  }
}
