locals {
  template = "arn:aws:acm-pca:::template"
  roots = {
    complete = aws_acmpca_certificate_authority.complete
    moved    = aws_acmpca_certificate_authority.moved
    trusted  = aws_acmpca_certificate_authority.trusted
    switched = aws_acmpca_certificate_authority.switched
    bare     = aws_acmpca_certificate_authority.bare
  }
}

resource "aws_acmpca_certificate" "root" {
  for_each = local.roots

  certificate_authority_arn   = each.value.arn
  certificate_signing_request = each.value.certificate_signing_request
  signing_algorithm           = each.value.certificate_authority_configuration[0].signing_algorithm
  template_arn                = "${local.template}/RootCACertificate/V1"

  validity {
    type  = "END_DATE"
    value = "2050-01-01T00:00:00Z"
  }
}

resource "aws_acmpca_certificate_authority_certificate" "root" {
  for_each = local.roots

  certificate_authority_arn = each.value.arn
  certificate               = aws_acmpca_certificate.root[each.key].certificate
}

resource "aws_acmpca_certificate" "subordinate" {
  certificate_authority_arn   = aws_acmpca_certificate_authority_certificate.root["trusted"].certificate_authority_arn
  certificate_signing_request = aws_acmpca_certificate_authority.subordinate.certificate_signing_request
  signing_algorithm           = "SHA384WITHECDSA"
  template_arn                = "${local.template}/SubordinateCACertificate_PathLen0/V1"

  validity {
    type  = "YEARS"
    value = "5"
  }
}

resource "aws_acmpca_certificate_authority_certificate" "subordinate" {
  certificate_authority_arn = aws_acmpca_certificate_authority.subordinate.arn
  certificate               = aws_acmpca_certificate.subordinate.certificate
  certificate_chain         = aws_acmpca_certificate.subordinate.certificate_chain
}

# Every type of validity.
resource "aws_acmpca_certificate" "validity" {
  for_each = {
    DAYS     = "30"
    MONTHS   = "13"
    YEARS    = "3"
    ABSOLUTE = "2051222400"
    END_DATE = "2035-01-01T01:00:00+01:00"
  }

  certificate_authority_arn   = aws_acmpca_certificate_authority_certificate.root["trusted"].certificate_authority_arn
  certificate_signing_request = file("leaf.csr")
  signing_algorithm           = "SHA256WITHECDSA"

  validity {
    type  = each.key
    value = each.value
  }
}

resource "aws_acmpca_certificate" "template" {
  for_each = toset([
    "CodeSigningCertificate",
    "EndEntityCertificate",
    "EndEntityClientAuthCertificate",
    "EndEntityServerAuthCertificate",
    "OCSPSigningCertificate",
  ])

  certificate_authority_arn   = aws_acmpca_certificate_authority_certificate.root["trusted"].certificate_authority_arn
  certificate_signing_request = file("leaf.csr")
  signing_algorithm           = "SHA512WITHECDSA"
  template_arn                = "${local.template}/${each.key}/V1"

  validity {
    type  = "DAYS"
    value = "7"
  }
}

# Every argument, each of which forces a new certificate. AWS ignores api_passthrough with this template.
resource "aws_acmpca_certificate" "replaced" {
  api_passthrough             = jsonencode({ Subject = { CommonName = "before.corp.example" } })
  certificate_authority_arn   = aws_acmpca_certificate_authority_certificate.root["trusted"].certificate_authority_arn
  certificate_signing_request = file("leaf.csr")
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "${local.template}/EndEntityCertificate/V1"

  validity {
    type  = "DAYS"
    value = "30"
  }
}
