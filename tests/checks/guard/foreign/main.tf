provider "aws" {
  region = "eu-west-1"
}
variable "extra" {
  default = false
}
resource "aws_acmpca_certificate_authority" "issuing" {
  type = "SUBORDINATE"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "Some Issuing CA"
    }
  }
  revocation_configuration {
    crl_configuration {
      enabled            = true
      expiration_in_days = 7
      s3_bucket_name     = aws_s3_bucket.crl.id
      s3_object_acl      = "PUBLIC_READ"
    }
  }
  tags       = { team = "one" }
  depends_on = [aws_s3_bucket_policy.crl]
}
resource "aws_acmpca_certificate_authority" "second" {
  count = var.extra ? 1 : 0
  type  = "SUBORDINATE"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "Second CA"
    }
  }
}
resource "aws_acmpca_certificate_authority" "third" {
  count = var.extra ? 1 : 0
  type  = "SUBORDINATE"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "Third CA"
    }
  }
}
resource "aws_s3_bucket" "crl" {
  bucket = "corp-crl"
  tags   = { team = "one" }
}
data "aws_iam_policy_document" "crl" {
  statement {
    actions   = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:PutObject", "s3:PutObjectAcl"]
    resources = [aws_s3_bucket.crl.arn, "${aws_s3_bucket.crl.arn}/*"]
    principals {
      identifiers = ["acm-pca.amazonaws.com"]
      type        = "Service"
    }
  }
}
resource "aws_s3_bucket_policy" "crl" {
  bucket = aws_s3_bucket.crl.id
  policy = data.aws_iam_policy_document.crl.json
}
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Read"
    actions   = ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate"]
    resources = concat([aws_acmpca_certificate_authority.issuing.arn], aws_acmpca_certificate_authority.second[*].arn, aws_acmpca_certificate_authority.third[*].arn)
  }
}
data "aws_iam_policy_document" "issuer" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid       = "Issue"
    actions   = ["acm-pca:IssueCertificate"]
    resources = [aws_acmpca_certificate_authority.issuing.arn]
    condition {
      test     = "StringEquals"
      variable = "acm-pca:TemplateArn"
      values   = ["arn:aws:acm-pca:::template/EndEntityCertificate/V1"]
    }
  }
}
resource "aws_iam_policy" "issuer" {
  name   = "issuer"
  policy = data.aws_iam_policy_document.issuer.json
}
data "aws_iam_policy_document" "many" {
  for_each = toset(["a", "b"])
  statement {
    actions   = ["acm-pca:GetCertificate"]
    resources = [aws_acmpca_certificate_authority.issuing.arn]
  }
}
resource "aws_iam_policy" "many" {
  for_each = toset(["a", "b"])
  name     = "many-${each.key}"
  policy   = data.aws_iam_policy_document.many[each.key].json
}
resource "aws_iam_policy" "one" {
  name   = "one"
  policy = data.aws_iam_policy_document.many["a"].json
}
data "aws_iam_policy_document" "counted" {
  count = 1
  statement {
    actions   = ["acm-pca:GetCertificate"]
    resources = [aws_acmpca_certificate_authority.issuing.arn]
  }
}
resource "aws_iam_policy" "counted" {
  count  = 1
  name   = "counted"
  policy = data.aws_iam_policy_document.counted[0].json
}
resource "aws_iam_policy" "splat" {
  name   = "splat"
  policy = one(data.aws_iam_policy_document.counted[*].json)
}
module "mod" {
  source = "./inner"
  arn    = aws_acmpca_certificate_authority.issuing.arn
  text   = data.aws_iam_policy_document.issuer.json
}
resource "aws_iam_policy" "from_output" {
  name   = "from-output"
  policy = module.mod.json
}
locals {
  text = data.aws_iam_policy_document.issuer.json
}
resource "aws_iam_policy" "from_local" {
  name   = "from-local"
  policy = local.text
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::123456789012:root"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [aws_acmpca_certificate_authority.issuing.arn]
    }
  }
}
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  inline_policy {
    name   = "in"
    policy = data.aws_iam_policy_document.issuer.json
  }
  inline_policy {
    name   = "an"
    policy = data.aws_iam_policy_document.base.json
  }
}
data "aws_iam_policy_document" "share" {
  statement {
    principals {
      type        = "AWS"
      identifiers = ["210987654321"]
    }
    actions   = ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate", "acm-pca:GetCertificateAuthorityCertificate", "acm-pca:ListPermissions", "acm-pca:ListTags"]
    resources = [aws_acmpca_certificate_authority.issuing.arn]
  }
}
resource "aws_acmpca_policy" "share" {
  resource_arn = aws_acmpca_certificate_authority.issuing.arn
  policy       = data.aws_iam_policy_document.share.json
}
