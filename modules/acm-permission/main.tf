# SPDX-License-Identifier: Apache-2.0

# The grant that lets ACM issue and renew from a CA. With fewer than all three actions renewals fail months later, and
# destroying it stops them: it belongs to the CA for as long as managed certificates hang on it.

resource "aws_acmpca_permission" "this" {
  certificate_authority_arn = var.certificate_authority_arn
  principal                 = var.principal
  actions                   = var.actions
}
