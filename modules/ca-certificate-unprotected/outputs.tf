# SPDX-License-Identifier: Apache-2.0

output "certificate" {
  description = "The certificate, PEM."
  value       = aws_acmpca_certificate.this.certificate
}

output "certificate_chain" {
  description = "The issuer's certificate and those above it, PEM; empty for a root."
  value       = aws_acmpca_certificate.this.certificate_chain
}

output "arn" {
  description = "The ARN of the certificate."
  value       = aws_acmpca_certificate.this.arn
}

output "template_arn" {
  description = "The template that it was issued from."
  value       = aws_acmpca_certificate.this.template_arn
}
