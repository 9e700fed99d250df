# SPDX-License-Identifier: Apache-2.0

output "arn" {
  description = "The CA's ARN, known as soon as the CA exists. Use it in policies, and where a root signs itself."
  value       = module.ca.arn
}

output "active_arn" {
  description = "The CA's ARN, known only once its certificate is installed. Use it for all that needs an active CA."
  value       = module.ca.active_arn
}

output "certificate_signing_request" {
  description = "The CA's certificate signing request, PEM."
  value       = module.ca.certificate_signing_request
}

output "certificate" {
  description = "The installed certificate, PEM; null until one is installed."
  value       = module.ca.certificate
}

output "certificate_chain" {
  description = "The issuer's certificate and those above it, PEM; null for a root."
  value       = module.ca.certificate_chain
}

output "not_before" {
  description = "When the installed certificate becomes valid, RFC 3339."
  value       = module.ca.not_before
}

output "not_after" {
  description = "When the installed certificate ends, RFC 3339."
  value       = module.ca.not_after
}

output "serial" {
  description = "The serial number of the installed certificate, hexadecimal."
  value       = module.ca.serial
}

output "signing_algorithm" {
  description = "The algorithm with which the CA signs."
  value       = module.ca.signing_algorithm
}
