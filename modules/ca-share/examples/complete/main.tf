variable "certificate_authority_arn" {
  description = "The CA that issues: its active_arn, where it is made beside this."
  type        = string
}

module "share" {
  source = "../.."

  certificate_authority_arn = var.certificate_authority_arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Read210987654321"
        Effect    = "Allow"
        Principal = { AWS = "210987654321" }
        Action = [
          "acm-pca:DescribeCertificateAuthority",
          "acm-pca:GetCertificate",
          "acm-pca:GetCertificateAuthorityCertificate",
          "acm-pca:ListPermissions",
          "acm-pca:ListTags",
        ]
        Resource = var.certificate_authority_arn
      },
      {
        Sid       = "Issue210987654321"
        Effect    = "Allow"
        Principal = { AWS = "210987654321" }
        Action    = "acm-pca:IssueCertificate"
        Resource  = var.certificate_authority_arn
        Condition = {
          StringEquals = { "acm-pca:TemplateArn" = "arn:aws:acm-pca:::template/EndEntityCertificate/V1" }
        }
      },
    ]
  })
}
