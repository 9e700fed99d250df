# SPDX-License-Identifier: Apache-2.0

output "arn" {
  description = "The certificate's ARN."
  value       = aws_acm_certificate.this.arn
}

output "renewal_eligibility" {
  description = "Whether ACM will renew it: INELIGIBLE until something uses it, or it was exported."
  value       = aws_acm_certificate.this.renewal_eligibility
}
