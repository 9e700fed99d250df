# SPDX-License-Identifier: Apache-2.0

# The only difference from ca-certificate: Terraform may destroy what is protected there.

resource "aws_acmpca_certificate" "this" {
  lifecycle {
    prevent_destroy = false
  }
}
