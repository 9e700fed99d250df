variable "certificate_authority_arn" {
  description = "The CA that issues: its active_arn, where it is made beside this."
  type        = string
}

module "issuer" {
  source   = "../.."
  for_each = toset(["ci-signer", "lab-signer"])

  user_name = each.key
  policies = {
    (each.key) = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect   = "Allow"
          Action   = "acm-pca:IssueCertificate"
          Resource = var.certificate_authority_arn
          Condition = {
            ArnEquals = { "acm-pca:TemplateArn" = "arn:aws:acm-pca:::template/EndEntityCertificate/V1" }
          }
        },
        {
          Effect   = "Allow"
          Action   = ["acm-pca:GetCertificate", "acm-pca:GetCertificateAuthorityCertificate"]
          Resource = var.certificate_authority_arn
        },
      ]
    })
  }
}
