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
