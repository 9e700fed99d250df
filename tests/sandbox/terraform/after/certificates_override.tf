resource "aws_acmpca_certificate" "subordinate" {
  certificate_authority_arn = aws_acmpca_certificate_authority_certificate.root["moved"].certificate_authority_arn
  signing_algorithm         = "SHA256WITHECDSA"
}

resource "aws_acmpca_certificate" "replaced" {
  api_passthrough             = jsonencode({ Subject = { CommonName = "after.corp.example" } })
  certificate_authority_arn   = aws_acmpca_certificate_authority_certificate.root["moved"].certificate_authority_arn
  certificate_signing_request = file("other.csr")
  signing_algorithm           = "SHA384WITHECDSA"
  template_arn                = "${local.template}/EndEntityServerAuthCertificate/V1"

  validity {
    type  = "MONTHS"
    value = "1"
  }
}
