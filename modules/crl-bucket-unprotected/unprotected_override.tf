# SPDX-License-Identifier: Apache-2.0

# The only difference from crl-bucket: Terraform may destroy what is protected there.

resource "aws_s3_bucket" "this" {
  lifecycle {
    prevent_destroy = false
  }
}

resource "aws_cloudfront_distribution" "this" {
  lifecycle {
    prevent_destroy = false
  }
}
