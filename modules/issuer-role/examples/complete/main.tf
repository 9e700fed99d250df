variable "certificate_authority_arn" {
  description = "The CA that issues: its active_arn, where it is made beside this."
  type        = string
}

module "issuer_pipeline" {
  source = "../.."

  role_name = "pki-pipeline"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
            "token.actions.githubusercontent.com:sub" = "repo:corp/pki:ref:refs/heads/main"
          }
        }
      },
    ]
  })
  policies = {
    pki-pipeline = jsonencode({
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
          Action   = "acm-pca:GetCertificate"
          Resource = var.certificate_authority_arn
        },
      ]
    })
  }
}
