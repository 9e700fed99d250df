# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

module "acm_permission_issuing" {
  source = "./modules/acm-permission"

  certificate_authority_arn = module.ca_issuing.active_arn
  actions                   = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}

module "acm_permission_overseas" {
  source = "./modules/acm-permission"
  providers = {
    aws = aws.us-east-1
  }

  certificate_authority_arn = module.ca_overseas.active_arn
  actions                   = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}

module "acm_permission_shared" {
  source = "./modules/acm-permission"

  certificate_authority_arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-777777777777"
  actions                   = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}

module "ca_share_issuing" {
  source = "./modules/ca-share"

  certificate_authority_arn = module.ca_issuing.active_arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Read210987654321"
        Effect = "Allow"
        Principal = {
          AWS = "210987654321"
        }
        Action = [
          "acm-pca:DescribeCertificateAuthority",
          "acm-pca:GetCertificate",
          "acm-pca:GetCertificateAuthorityCertificate",
          "acm-pca:ListPermissions",
          "acm-pca:ListTags",
        ]
        Resource = module.ca_issuing.arn
      },
      {
        Sid    = "Issue210987654321"
        Effect = "Allow"
        Principal = {
          AWS = "210987654321"
        }
        Action   = "acm-pca:IssueCertificate"
        Resource = module.ca_issuing.arn
        Condition = {
          StringEquals = {
            "acm-pca:TemplateArn" = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
          }
        }
      },
      {
        Sid       = "ReadInOrganization"
        Effect    = "Allow"
        Principal = "*"
        Action = [
          "acm-pca:DescribeCertificateAuthority",
          "acm-pca:GetCertificate",
          "acm-pca:GetCertificateAuthorityCertificate",
          "acm-pca:ListPermissions",
          "acm-pca:ListTags",
        ]
        Resource = module.ca_issuing.arn
        Condition = {
          StringEquals = {
            "aws:PrincipalOrgID" = "o-1234567890"
          }
        }
      },
      {
        Sid       = "IssueInOrganization"
        Effect    = "Allow"
        Principal = "*"
        Action    = "acm-pca:IssueCertificate"
        Resource  = module.ca_issuing.arn
        Condition = {
          StringEquals = {
            "acm-pca:TemplateArn" = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
            "aws:PrincipalOrgID"  = "o-1234567890"
          }
        }
      },
    ]
  })
}
