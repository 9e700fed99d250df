# The only difference from private-ca: Terraform may destroy this CA.

resource "aws_acmpca_certificate_authority" "this" {
  lifecycle {
    prevent_destroy = false
  }
}
