data "aws_partition" "current" {}

resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "RSA_4096"
    signing_algorithm = "SHA512WITHRSA"

    subject {
      common_name  = "Corp Root CA"
      organization = "Corp"
    }
  }
}

resource "aws_acmpca_certificate" "root" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = aws_acmpca_certificate_authority.root.certificate_signing_request
  signing_algorithm           = "SHA512WITHRSA"

  template_arn = "arn:${data.aws_partition.current.partition}:acm-pca:::template/RootCACertificate/V1"

  validity {
    type  = "YEARS"
    value = 20
  }
}

resource "aws_acmpca_certificate_authority_certificate" "root" {
  certificate_authority_arn = aws_acmpca_certificate_authority.root.arn

  certificate       = aws_acmpca_certificate.root.certificate
  certificate_chain = aws_acmpca_certificate.root.certificate_chain
}

locals {
  issuing = {
    web    = { common_name = "Corp Web CA", years = 5, acm = true }
    device = { common_name = "Corp Device CA", years = 2, acm = false }
  }
}

resource "aws_acmpca_certificate_authority" "issuing" {
  for_each = local.issuing

  type = "SUBORDINATE"

  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"

    subject {
      common_name  = each.value.common_name
      organization = "Corp"
    }
  }

  tags = { team = each.key }
}

resource "aws_acmpca_certificate" "issuing" {
  for_each = local.issuing

  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = aws_acmpca_certificate_authority.issuing[each.key].certificate_signing_request
  signing_algorithm           = "SHA512WITHRSA"

  template_arn = "arn:${data.aws_partition.current.partition}:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"

  validity {
    type  = "YEARS"
    value = each.value.years
  }
}

resource "aws_acmpca_certificate_authority_certificate" "issuing" {
  for_each = local.issuing

  certificate_authority_arn = aws_acmpca_certificate_authority.issuing[each.key].arn

  certificate       = aws_acmpca_certificate.issuing[each.key].certificate
  certificate_chain = aws_acmpca_certificate.issuing[each.key].certificate_chain
}

resource "aws_acmpca_permission" "acm" {
  for_each = toset([for key, each in local.issuing : key if each.acm])

  certificate_authority_arn = aws_acmpca_certificate_authority.issuing[each.key].arn
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
  principal                 = "acm.amazonaws.com"
}
