# SPDX-License-Identifier: Apache-2.0

# A private certificate that ACM makes and renews. ACM renews it only while the CA permits ACM all three actions.

resource "aws_acm_certificate" "this" {
  certificate_authority_arn = var.certificate_authority_arn
  domain_name               = var.domain_name
  subject_alternative_names = var.subject_alternative_names
  key_algorithm             = var.key_algorithm
  early_renewal_duration    = var.early_renewal_duration
  tags                      = var.tags

  # Other names or another key mean another certificate: whatever uses this one gets the new one first.
  lifecycle {
    create_before_destroy = true
  }
}
