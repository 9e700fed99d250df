# Written by pcaform from duties.yaml. Do not edit: change that file and render again.

module "administrator_pki" {
  source = "./modules/issuer-role"

  role_name = "pki-administrator"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Principals"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::210987654321:role/platform"]
        }
        Action = ["sts:AssumeRole"]
      },
    ]
  })
  max_session_duration = 7200
  path                 = "/pki/"
  permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
  policies = {
    pki-administrator-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid    = "Read"
          Effect = "Allow"
          Action = [
            "acm-pca:CreateCertificateAuthorityAuditReport",
            "acm-pca:DescribeCertificateAuthority",
            "acm-pca:DescribeCertificateAuthorityAuditReport",
            "acm-pca:GetCertificate",
            "acm-pca:GetCertificateAuthorityCertificate",
            "acm-pca:GetCertificateAuthorityCsr",
            "acm-pca:GetPolicy",
            "acm-pca:ListPermissions",
            "acm-pca:ListTags",
          ]
          Resource = [
            module.ca_root.arn,
            "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555",
          ]
        },
        {
          Sid      = "List"
          Effect   = "Allow"
          Action   = ["acm-pca:ListCertificateAuthorities"]
          Resource = ["*"]
        },
        {
          Sid    = "Administer"
          Effect = "Allow"
          Action = [
            "acm-pca:CreatePermission",
            "acm-pca:ImportCertificateAuthorityCertificate",
            "acm-pca:PutPolicy",
            "acm-pca:RestoreCertificateAuthority",
            "acm-pca:RevokeCertificate",
            "acm-pca:TagCertificateAuthority",
            "acm-pca:UntagCertificateAuthority",
            "acm-pca:UpdateCertificateAuthority",
          ]
          Resource = [module.ca_root.arn]
        },
        {
          Sid      = "IssueToCas"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = [module.ca_root.arn]
          Condition = {
            ArnLike = {
              "acm-pca:TemplateArn" = ["arn:aws:acm-pca:::template/*CACertificate*/V*"]
            }
          }
        },
        {
          Sid      = "DenyOtherTemplates"
          Effect   = "Deny"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = ["*"]
          Condition = {
            ArnNotLike = {
              "acm-pca:TemplateArn" = ["arn:aws:acm-pca:::template/*CACertificate*/V*"]
            }
          }
        },
        {
          Sid      = "DenyRequests"
          Effect   = "Deny"
          Action   = ["acm:RequestCertificate"]
          Resource = ["*"]
        },
      ]
    })
  }
  tags = {
    team = "pki"
  }
}

module "auditor_security" {
  source = "./modules/issuer-role"

  role_name = "security"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Principals"
        Effect = "Allow"
        Principal = {
          AWS = ["arn:aws:iam::210987654321:root"]
        }
        Action = ["sts:AssumeRole"]
      },
    ]
  })
  policies = {
    security-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid    = "Read"
          Effect = "Allow"
          Action = [
            "acm-pca:CreateCertificateAuthorityAuditReport",
            "acm-pca:DescribeCertificateAuthority",
            "acm-pca:DescribeCertificateAuthorityAuditReport",
            "acm-pca:GetCertificate",
            "acm-pca:GetCertificateAuthorityCertificate",
            "acm-pca:GetCertificateAuthorityCsr",
            "acm-pca:GetPolicy",
            "acm-pca:ListPermissions",
            "acm-pca:ListTags",
          ]
          Resource = [
            module.ca_root.arn,
            "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555",
          ]
        },
        {
          Sid      = "List"
          Effect   = "Allow"
          Action   = ["acm-pca:ListCertificateAuthorities"]
          Resource = ["*"]
        },
      ]
    })
  }
}
