provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}

locals {
  arn = "arn:aws:acm-pca:us-west-2:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
}

module "root" {
  for_each = toset(["us-east-1", "eu-central-1"])
  source   = "./regional"
  region   = each.key
}

resource "aws_acmpca_certificate_authority" "old" {
  for_each = toset(["us-west-2"])
  region   = each.key
  type     = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Old" }
  }
}

resource "aws_acmpca_policy" "old" {
  region       = "us-west-2"
  resource_arn = local.arn
  policy       = "{}"
}

resource "aws_s3_bucket" "crl" {
  region = "us-west-2"
  bucket = "corp-crl"
}

import {
  for_each = { us-west-2 = local.arn }
  to       = aws_acmpca_certificate_authority.old[each.key]
  id       = "${each.value}@${each.key}"
}

import {
  to       = aws_acmpca_policy.old
  identity = { resource_arn = local.arn }
}

import {
  to       = aws_s3_bucket.crl
  identity = { account_id = "123456789012", bucket = "corp-crl", region = "us-west-2" }
}
