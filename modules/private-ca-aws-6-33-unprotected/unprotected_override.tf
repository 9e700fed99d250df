# SPDX-License-Identifier: Apache-2.0

# The only difference from private-ca-aws-6-33: Terraform may destroy what is protected there.

resource "aws_acmpca_certificate_authority" "this" {
  lifecycle {
    prevent_destroy = false
  }
}
