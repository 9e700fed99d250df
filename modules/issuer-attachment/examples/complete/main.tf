variable "certificate_authority_arn" {
  description = "The CA that issues: its active_arn, where it is made beside this."
  type        = string
}

resource "aws_iam_role" "build" {
  name_prefix = "build-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

module "issuer_build" {
  source = "../.."

  role_name      = aws_iam_role.build.name
  principal_type = "role" # the name is known only after an apply
  policies = {
    build-issues = jsonencode({
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
      ]
    })
  }
}
