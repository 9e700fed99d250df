# The only difference from ca-certificate: Terraform may destroy this certificate, which revokes it.

resource "aws_acmpca_certificate" "this" {
  lifecycle {
    prevent_destroy = false
  }
}
