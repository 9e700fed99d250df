# SPDX-License-Identifier: Apache-2.0

output "certificate_authority_arn" {
  description = "The CA's ARN, known once it is shared."
  value       = aws_acmpca_policy.this.resource_arn
}
