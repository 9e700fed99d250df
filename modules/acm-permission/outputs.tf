# SPDX-License-Identifier: Apache-2.0

output "certificate_authority_arn" {
  description = "The CA's ARN, known once the permission is granted. Use it for certificates that ACM manages."
  value       = aws_acmpca_permission.this.certificate_authority_arn
}
