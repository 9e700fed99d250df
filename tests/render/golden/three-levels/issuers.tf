# Written by pcaform from three-levels.yaml. Do not edit: change that file and render again.

module "issuer_both" {
  source = "./modules/issuer-user"

  user_name            = "both"
  path                 = "/pki/"
  permissions_boundary = "arn:aws-us-gov:iam::012345678901:policy/boundary"
  force_destroy        = true
  policies = {
    both-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "Grant1Issue"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = [module.ca_issuing_1.arn, module.ca_short.arn]
          Condition = {
            ArnLike = {
              "acm-pca:TemplateArn" = [
                "arn:aws-us-gov:acm-pca:::template/EndEntityServerAuthCertificate/V1",
                "arn:aws-us-gov:acm-pca:::template/EndEntityClientAuthCertificate/V1",
              ]
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
          Resource = [module.ca_issuing_1.arn, module.ca_short.arn]
        },
        {
          Sid      = "Grant2Request"
          Effect   = "Allow"
          Action   = ["acm:RequestCertificate"]
          Resource = ["*"]
          Condition = {
            StringEquals = {
              "acm:CertificateAuthority"      = [module.ca_issuing_1.arn]
              "aws:RequestTag/pcaform:issuer" = ["user/both"]
            }
          }
        },
        {
          Sid      = "Grant2Tag"
          Effect   = "Allow"
          Action   = ["acm:AddTagsToCertificate"]
          Resource = ["arn:aws-us-gov:acm:us-gov-west-1:012345678901:certificate/$${*}"]
          Condition = {
            StringEquals = {
              "aws:RequestTag/pcaform:issuer" = ["user/both"]
            }
          }
        },
        {
          Sid      = "Grant2Own"
          Effect   = "Allow"
          Action   = ["acm:DescribeCertificate", "acm:GetCertificate"]
          Resource = ["arn:aws-us-gov:acm:us-gov-west-1:012345678901:certificate/*"]
          Condition = {
            StringEquals = {
              "aws:ResourceTag/pcaform:issuer" = ["user/both"]
            }
          }
        },
        {
          Sid      = "Grant2IssueThroughAcm"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = [module.ca_issuing_1.arn]
          Condition = {
            ArnLike = {
              "acm-pca:TemplateArn" = ["arn:aws-us-gov:acm-pca:::template/EndEntityCertificate/V1"]
            }
            Bool = {
              "aws:ViaAWSService" = "true"
            }
          }
        },
        {
          Sid      = "Grant2ReadThroughAcm"
          Effect   = "Allow"
          Action   = ["acm-pca:GetCertificate", "acm-pca:ListPermissions"]
          Resource = [module.ca_issuing_1.arn]
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
              "acm-pca:TemplateArn" = [
                "arn:aws-us-gov:acm-pca:::template/EndEntityServerAuthCertificate/V1",
                "arn:aws-us-gov:acm-pca:::template/EndEntityClientAuthCertificate/V1",
                "arn:aws-us-gov:acm-pca:::template/EndEntityCertificate/V1",
              ]
            }
          }
        },
      ]
    })
  }
  tags = {
    team = "platform"
  }
}

module "issuer_taken-over" {
  source = "./modules/issuer-user"

  user_name = "Old.User@corp"
  policies = {
    old-policy = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect   = "Allow"
          Action   = "acm-pca:ListCertificateAuthorities"
          Resource = "*"
        },
      ]
    })
  }
}
