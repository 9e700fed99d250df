data "aws_acmpca_certificate_authority" "shared" {
  arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
}

resource "aws_acmpca_certificate" "client" {
  certificate_authority_arn   = data.aws_acmpca_certificate_authority.shared.arn
  certificate_signing_request = tls_cert_request.client.cert_request_pem
  signing_algorithm           = "SHA256WITHRSA"
  validity {
    type  = "DAYS"
    value = 30
  }
}

resource "tls_private_key" "client" { algorithm = "RSA" }

resource "tls_cert_request" "client" {
  private_key_pem = tls_private_key.client.private_key_pem
  subject { common_name = "client" }
}

resource "aws_acm_certificate" "app" {
  domain_name               = "app.example.net"
  certificate_authority_arn = data.aws_acmpca_certificate_authority.shared.arn
}
