# Written by pcaform from principals.yaml. Do not edit: change that file and render again.

module "issuer_pipeline" {
  source = "./modules/issuer-role"

  role_name = "pipeline"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Oidc1"
        Effect = "Allow"
        Principal = {
          Federated = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]
        }
        Action = ["sts:AssumeRoleWithWebIdentity"]
        Condition = {
          StringEquals = {
            "token.actions.githubusercontent.com:aud" = ["sts.amazonaws.com"]
          }
          StringLike = {
            "token.actions.githubusercontent.com:sub" = ["repo:corp/pki:ref:refs/heads/main"]
          }
        }
      },
    ]
  })
  max_session_duration = 7200
  path                 = "/pki/"
  permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
  policies = {
    pipeline-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "Grant1Issue"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"]
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
          Resource = ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"]
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
  tags = {
    team = "pki"
  }
}

module "issuer_machines" {
  source = "./modules/issuer-role"

  role_name = "pki-machines"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Principals"
        Effect = "Allow"
        Principal = {
          AWS = [
            "arn:aws:iam::210987654321:root",
            "arn:aws:iam::210987654321:role/deployer",
          ]
        }
        Action = ["sts:AssumeRole"]
      },
      {
        Sid    = "Services"
        Effect = "Allow"
        Principal = {
          Service = ["ec2.amazonaws.com"]
        }
        Action = ["sts:AssumeRole"]
      },
      {
        Sid    = "EksPods"
        Effect = "Allow"
        Principal = {
          Service = ["pods.eks.amazonaws.com"]
        }
        Action = ["sts:AssumeRole", "sts:TagSession"]
      },
      {
        Sid    = "RolesAnywhere"
        Effect = "Allow"
        Principal = {
          Service = ["rolesanywhere.amazonaws.com"]
        }
        Action = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = ["arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555"]
          }
          StringEquals = {
            "aws:PrincipalTag/x509Subject/CN" = ["host.corp.example"]
          }
        }
      },
    ]
  })
  instance_profile = true
  policies = {
    pki-machines-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "Grant1Request"
          Effect   = "Allow"
          Action   = ["acm:RequestCertificate"]
          Resource = ["*"]
          Condition = {
            StringEquals = {
              "acm:CertificateAuthority"      = ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"]
              "aws:RequestTag/pcaform:issuer" = ["role/pki-machines"]
            }
            "ForAllValues:StringLike" = {
              "acm:DomainNames" = ["*.corp.example"]
            }
            Null = {
              "acm:DomainNames" = "false"
            }
          }
        },
        {
          Sid      = "Grant1Tag"
          Effect   = "Allow"
          Action   = ["acm:AddTagsToCertificate"]
          Resource = ["arn:aws:acm:eu-west-1:123456789012:certificate/$${*}"]
          Condition = {
            StringEquals = {
              "aws:RequestTag/pcaform:issuer" = ["role/pki-machines"]
            }
          }
        },
        {
          Sid      = "Grant1Own"
          Effect   = "Allow"
          Action   = ["acm:DescribeCertificate", "acm:GetCertificate"]
          Resource = ["arn:aws:acm:eu-west-1:123456789012:certificate/*"]
          Condition = {
            StringEquals = {
              "aws:ResourceTag/pcaform:issuer" = ["role/pki-machines"]
            }
          }
        },
        {
          Sid      = "Grant1IssueThroughAcm"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"]
          Condition = {
            ArnLike = {
              "acm-pca:TemplateArn" = ["arn:aws:acm-pca:::template/EndEntityCertificate/V1"]
            }
            Bool = {
              "aws:ViaAWSService" = "true"
            }
          }
        },
        {
          Sid      = "Grant1ReadThroughAcm"
          Effect   = "Allow"
          Action   = ["acm-pca:GetCertificate", "acm-pca:ListPermissions"]
          Resource = ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"]
          Condition = {
            Bool = {
              "aws:ViaAWSService" = "true"
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
              "acm-pca:TemplateArn" = ["arn:aws:acm-pca:::template/EndEntityCertificate/V1"]
            }
          }
        },
      ]
    })
  }
}

module "issuer_builder" {
  source = "./modules/issuer-attachment"

  user_name = "builder"
  policies = {
    builder-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "Grant1Issue"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"]
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
          Resource = ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"]
        },
      ]
    })
  }
}

module "issuer_deployer" {
  source = "./modules/issuer-attachment"

  role_name = "deployer"
  policies = {
    deployer-issues = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect   = "Allow"
          Action   = "acm-pca:GetCertificate"
          Resource = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/*"
        },
      ]
    })
  }
}
