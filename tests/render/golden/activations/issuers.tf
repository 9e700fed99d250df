# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

module "issuer_ci" {
  source = "./modules/issuer-user"

  user_name = "ci"
  policies = {
    ci-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid    = "Grant1Issue"
          Effect = "Allow"
          Action = ["acm-pca:IssueCertificate"]
          Resource = [
            module.ca_issuing.arn,
            "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-777777777777",
          ]
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
          Resource = [
            module.ca_issuing.arn,
            "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-777777777777",
          ]
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
