resource "aws_acm_certificate" "complete" {
  early_renewal_duration = "P60D"

  tags = {
    changed = "after"
    added   = "after"
  }
}

resource "aws_acm_certificate" "replaced" {
  certificate_authority_arn = aws_acmpca_permission.trusted.certificate_authority_arn
  domain_name               = "after.corp.example"
  subject_alternative_names = ["after.corp.example", "more.corp.example"]
  key_algorithm             = "EC_secp384r1"
}
