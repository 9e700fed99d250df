# Written by pcaform from ssm-parameter.yaml. Do not edit: change that file and render again.

module "issuer_ci" {
  source = "./modules/issuer-user"

  user_name = "ci"
  policies = {
    ci-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "Grant1Issue"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = [module.ca_web.arn, data.aws_ssm_parameter.shared.insecure_value]
          Condition = {
            ArnLike = {
              "acm-pca:TemplateArn" = ["arn:aws:acm-pca:::template/EndEntityCertificate/V1"]
            }
          }
        },
        {
          Sid    = "Grant1Read"
          Effect = "Allow"
          Action = [
            "acm-pca:DescribeCertificateAuthority",
            "acm-pca:GetCertificate",
            "acm-pca:GetCertificateAuthorityCertificate",
          ]
          Resource = [module.ca_web.arn, data.aws_ssm_parameter.shared.insecure_value]
        },
        {
          Sid      = "DenyOtherTemplates"
          Effect   = "Deny"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = ["*"]
          Condition = {
            ArnNotLike = {
              "acm-pca:TemplateArn" = ["arn:aws:acm-pca:::template/EndEntityCertificate/V1"]
            }
          }
        },
      ]
    })
  }
}
