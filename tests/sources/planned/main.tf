terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
variable "region" { default = "eu-west-1" }
provider "aws" {
  region              = var.region
  allowed_account_ids = ["123456789012"]
  default_tags { tags = { owner = "pki" } }
}
provider "aws" {
  alias               = "us"
  region              = "us-east-1"
  allowed_account_ids = ["123456789012"]
}
data "aws_partition" "current" {}
data "aws_caller_identity" "me" {}
resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "RSA_4096"
    signing_algorithm = "SHA512WITHRSA"
    subject { common_name = format("Root %s", "CA") }
  }
}
resource "aws_acmpca_certificate" "root" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = aws_acmpca_certificate_authority.root.certificate_signing_request
  signing_algorithm           = "SHA512WITHRSA"
  template_arn                = "arn:${data.aws_partition.current.partition}:acm-pca:::template/RootCACertificate/V1"
  validity {
    type  = "YEARS"
    value = 10
  }
}
resource "aws_acmpca_certificate_authority_certificate" "root" {
  certificate_authority_arn = aws_acmpca_certificate_authority.root.arn
  certificate               = aws_acmpca_certificate.root.certificate
  certificate_chain         = aws_acmpca_certificate.root.certificate_chain
}
module "sub" {
  source   = "./sub"
  for_each = { web = 5, "dev ice" = 2 }
  name     = each.key
  years    = each.value
  parent   = aws_acmpca_certificate_authority.root.arn
}
resource "aws_acmpca_permission" "acm" {
  for_each                  = module.sub
  certificate_authority_arn = each.value.arn
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
  principal                 = "acm.amazonaws.com"
}
resource "aws_acm_certificate" "w" {
  certificate_authority_arn = module.sub["web"].arn
  domain_name               = "w.corp.example"
}
resource "aws_iam_user" "ci" { name = "ci" }
resource "aws_iam_user_policy_attachment" "ci" {
  user       = aws_iam_user.ci.name
  policy_arn = aws_iam_policy.ci.arn
}
resource "aws_iam_policy" "ci" {
  name   = "issue"
  policy = data.aws_iam_policy_document.d.json
}
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["acm-pca:IssueCertificate", "acm-pca:GetCertificate"]
    resources = [module.sub["web"].arn]
  }
}
resource "aws_sqs_queue" "q" {}
