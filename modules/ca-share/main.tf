# Lets other accounts issue from a CA. AWS accepts no policy but this form, where only ids, the CA and the template vary:
# https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html. AWS RAM writes the same policy: do not use both.

locals {
  read = [
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
  ]
  template = { StringEquals = { "acm-pca:TemplateArn" = var.template_arn } }

  accounts = flatten([
    for account in sort(var.accounts) : [
      jsonencode({
        Sid       = "Read${account}"
        Effect    = "Allow"
        Principal = { AWS = account }
        Action    = local.read
        Resource  = var.certificate_authority_arn
      }),
      jsonencode({
        Sid       = "Issue${account}"
        Effect    = "Allow"
        Principal = { AWS = account }
        Action    = "acm-pca:IssueCertificate"
        Resource  = var.certificate_authority_arn
        Condition = local.template
      }),
    ]
  ])
  organization = var.organization == null ? [] : [
    jsonencode({
      Sid       = "ReadInOrganization"
      Effect    = "Allow"
      Principal = "*"
      Action    = local.read
      Resource  = var.certificate_authority_arn
      Condition = { StringEquals = { "aws:PrincipalOrgID" = var.organization } }
    }),
    jsonencode({
      Sid       = "IssueInOrganization"
      Effect    = "Allow"
      Principal = "*"
      Action    = "acm-pca:IssueCertificate"
      Resource  = var.certificate_authority_arn
      Condition = {
        StringEquals = {
          "acm-pca:TemplateArn" = var.template_arn
          "aws:PrincipalOrgID"  = var.organization
        }
      }
    }),
  ]
}

resource "aws_acmpca_policy" "this" {
  resource_arn = var.certificate_authority_arn
  policy       = "{\"Version\":\"2012-10-17\",\"Statement\":[${join(",", concat(local.accounts, local.organization))}]}"
}
