# SPDX-License-Identifier: Apache-2.0

# One generation of a CA's own certificate. Replacing or destroying this resource revokes a live certificate at AWS, so
# edits of its arguments are ignored once it is issued and a destroy is refused: renewing means one more generation.

resource "aws_acmpca_certificate" "this" {
  certificate_authority_arn   = var.issuer_arn
  certificate_signing_request = var.certificate_signing_request
  signing_algorithm           = var.signing_algorithm
  template_arn                = var.template_arn
  api_passthrough             = var.api_passthrough

  validity {
    type  = var.validity.type
    value = var.validity.value
  }

  lifecycle {
    prevent_destroy = true
    ignore_changes = [
      api_passthrough,
      certificate_authority_arn,
      certificate_signing_request,
      signing_algorithm,
      template_arn,
      validity,
    ]

    postcondition {
      condition     = var.superseded || self.certificate_authority_arn == var.issuer_arn
      error_message = "This certificate was issued by another CA. A certificate never changes: issue one more generation, and leave this one as it is."
    }
  }
}
