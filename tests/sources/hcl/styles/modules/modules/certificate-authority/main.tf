data "aws_partition" "this" {}

locals {
  is_root  = var.type == "ROOT"
  template = local.is_root ? "RootCACertificate/V1" : "SubordinateCACertificate_PathLen${var.path_length}/V1"
}

resource "aws_acmpca_certificate_authority" "this" {
  type = var.type

  certificate_authority_configuration {
    key_algorithm     = var.key_algorithm
    signing_algorithm = startswith(var.key_algorithm, "RSA") ? "SHA256WITHRSA" : "SHA256WITHECDSA"

    subject {
      common_name  = var.common_name
      organization = var.organization
    }
  }

  tags = var.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_acmpca_certificate" "this" {
  certificate_authority_arn   = local.is_root ? aws_acmpca_certificate_authority.this.arn : var.parent_arn
  certificate_signing_request = aws_acmpca_certificate_authority.this.certificate_signing_request
  signing_algorithm           = "SHA256WITHRSA"
  template_arn                = "arn:${data.aws_partition.this.partition}:acm-pca:::template/${local.template}"

  validity {
    type  = "YEARS"
    value = var.years
  }
}

resource "aws_acmpca_certificate_authority_certificate" "this" {
  certificate_authority_arn = aws_acmpca_certificate_authority.this.arn
  certificate               = aws_acmpca_certificate.this.certificate
  certificate_chain         = aws_acmpca_certificate.this.certificate_chain
}

resource "aws_acmpca_permission" "acm" {
  count = var.acm ? 1 : 0

  certificate_authority_arn = aws_acmpca_certificate_authority.this.arn
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
  principal                 = "acm.amazonaws.com"
}

output "arn" {
  value = aws_acmpca_certificate_authority.this.arn
}
