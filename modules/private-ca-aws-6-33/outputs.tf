# SPDX-License-Identifier: Apache-2.0

output "arn" {
  description = "The CA's ARN, known as soon as the CA exists. Use it in policies, and where a root signs itself."
  value       = aws_acmpca_certificate_authority.this.arn
}

# The installation's certificate_authority_arn and never its id: the id becomes unknown when a renewed certificate is
# installed, and everything that waits for this output would then plan a replace.
output "active_arn" {
  description = "The CA's ARN, known only once its certificate is installed. Use it for all that needs an active CA."
  value       = var.certificate == null ? aws_acmpca_certificate_authority.this.arn : one(aws_acmpca_certificate_authority_certificate.this[*].certificate_authority_arn)
}

output "certificate_signing_request" {
  description = "The CA's certificate signing request, PEM."
  value       = aws_acmpca_certificate_authority.this.certificate_signing_request
}

output "certificate" {
  description = "The installed certificate, PEM; null until one is installed, here or elsewhere."
  value       = var.certificate == null ? local.outside.certificate : one(aws_acmpca_certificate_authority_certificate.this[*].certificate)
}

output "certificate_chain" {
  description = "The issuer's certificate and those above it, PEM; null for a root."
  value       = var.certificate == null ? local.outside.certificate_chain : one(aws_acmpca_certificate_authority_certificate.this[*].certificate_chain)
}

output "not_before" {
  description = "When the installed certificate becomes valid, RFC 3339."
  value       = var.certificate == null ? local.outside.not_before : one(data.aws_acmpca_certificate_authority.this[*].not_before)
}

output "not_after" {
  description = "When the installed certificate ends, RFC 3339."
  value       = var.certificate == null ? local.outside.not_after : one(data.aws_acmpca_certificate_authority.this[*].not_after)
}

output "serial" {
  description = "The serial number of the installed certificate, hexadecimal."
  value       = var.certificate == null ? local.outside.serial : one(data.aws_acmpca_certificate_authority.this[*].serial)
}

output "signing_algorithm" {
  description = "The algorithm with which the CA signs."
  value       = local.signing_algorithm
}
