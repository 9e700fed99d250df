# SPDX-License-Identifier: Apache-2.0

# Lets other accounts issue from a CA. AWS accepts a policy of one form only, where ids, the CA and the template vary:
# https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html. AWS RAM writes the same policy: do not use both.

resource "aws_acmpca_policy" "this" {
  resource_arn = var.certificate_authority_arn
  policy       = var.policy
}
