locals {
  readers = [
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
  ]
}

resource "aws_acmpca_policy" "root" {
  for_each = toset(["trusted", "moved"])

  resource_arn = aws_acmpca_certificate_authority_certificate.root[each.key].certificate_authority_arn
  policy       = data.aws_iam_policy_document.shared[each.key].json
}

data "aws_iam_policy_document" "shared" {
  for_each = toset(["trusted", "moved"])

  statement {
    actions   = local.readers
    resources = [aws_acmpca_certificate_authority_certificate.root[each.key].certificate_authority_arn]

    principals {
      type        = "AWS"
      identifiers = [local.partner[each.key]]
    }
  }

  statement {
    actions   = ["acm-pca:IssueCertificate"]
    resources = [aws_acmpca_certificate_authority_certificate.root[each.key].certificate_authority_arn]

    principals {
      type        = "AWS"
      identifiers = [local.partner[each.key]]
    }

    condition {
      test     = "StringEquals"
      variable = "acm-pca:TemplateArn"
      values   = ["${local.template}/EndEntityCertificate/V1"]
    }
  }
}

locals {
  partner = { trusted = "444455556666", moved = "444455556666" }
}
