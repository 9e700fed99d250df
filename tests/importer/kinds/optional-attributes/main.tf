variable "signing" {
  type    = object({ parent_arn = optional(string), path_length = optional(number, 0) })
  default = null
}

variable "revocation" {
  type    = object({ enabled = bool, ocsp = optional(object({ cname = string })) })
  default = { enabled = true }
}

resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Root" }
  }
  dynamic "revocation_configuration" {
    for_each = var.revocation.ocsp != null ? [1] : []
    content {
      ocsp_configuration { enabled = var.revocation.enabled }
    }
  }
}

resource "aws_acmpca_certificate" "signed" {
  count = var.signing != null ? (var.signing.parent_arn != null ? 1 : 0) : 0

  certificate_authority_arn   = var.signing.parent_arn
  certificate_signing_request = aws_acmpca_certificate_authority.root.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen${var.signing.path_length}/V1"
  validity {
    type  = "YEARS"
    value = 5
  }
}
