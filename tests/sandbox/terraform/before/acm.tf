# Every argument of the private mode.
resource "aws_acm_certificate" "complete" {
  certificate_authority_arn = aws_acmpca_permission.complete.certificate_authority_arn
  domain_name               = "complete.corp.example"
  subject_alternative_names = ["complete.corp.example", "also.corp.example"]
  key_algorithm             = "RSA_2048"
  early_renewal_duration    = "P90D"

  options {
    certificate_transparency_logging_preference = "DISABLED"
  }

  tags = {
    changed = "before"
    removed = "before"
  }
}

# Each argument that forces replacement changes.
resource "aws_acm_certificate" "replaced" {
  certificate_authority_arn = aws_acmpca_permission.subordinate.certificate_authority_arn
  domain_name               = "before.corp.example"
  subject_alternative_names = ["before.corp.example"]
  key_algorithm             = "EC_prime256v1"
}

# A CA without a permission for ACM: only renewals need one.
resource "aws_acm_certificate" "unrenewable" {
  certificate_authority_arn = aws_acmpca_certificate_authority_certificate.root["bare"].certificate_authority_arn
  domain_name               = "unrenewable.corp.example"
  key_algorithm             = "EC_prime256v1"
}

# A CA without a certificate yet: the provider does not wait for it, and keeps the failed certificate.
resource "aws_acm_certificate" "failed" {
  certificate_authority_arn = aws_acmpca_certificate_authority.minimal.arn
  domain_name               = "failed.corp.example"
  key_algorithm             = "EC_prime256v1"
}
