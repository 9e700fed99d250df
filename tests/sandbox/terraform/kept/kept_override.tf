# Arguments that an import cannot read, ignored on every certificate.
resource "aws_acmpca_certificate" "root" {
  lifecycle {
    ignore_changes = [certificate_signing_request, signing_algorithm, template_arn, validity]
  }
}

resource "aws_acmpca_certificate" "subordinate" {
  lifecycle {
    ignore_changes = [certificate_signing_request, signing_algorithm, template_arn, validity]
  }
}

resource "aws_acmpca_certificate" "validity" {
  lifecycle {
    ignore_changes = [certificate_signing_request, signing_algorithm, validity]
  }
}

resource "aws_acmpca_certificate" "template" {
  lifecycle {
    ignore_changes = [certificate_signing_request, signing_algorithm, template_arn, validity]
  }
}

resource "aws_acmpca_certificate" "replaced" {
  lifecycle {
    ignore_changes = [api_passthrough, certificate_signing_request, signing_algorithm, template_arn, validity]
  }
}
