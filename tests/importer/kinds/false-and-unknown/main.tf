variable "permission" { default = null }

variable "renew" { default = "true" }

resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Root" }
  }
}

resource "aws_acmpca_permission" "acm" {
  count = var.permission != null && var.permission.enabled ? 1 : 0

  certificate_authority_arn = aws_acmpca_certificate_authority.root.arn
  principal                 = "acm.amazonaws.com"
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
}

resource "aws_acmpca_policy" "text" {
  count = var.renew == true ? 1 : 0

  resource_arn = aws_acmpca_certificate_authority.root.arn
  policy       = "{}"
}
