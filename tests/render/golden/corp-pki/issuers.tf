# Written by pcaform from corp-pki.yaml. Do not edit: change that file and render again.

module "issuer_ci" {
  source = "./modules/issuer-user"

  user_name = "ci-signer"
  policies = {
    ci-signer-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "Grant1Issue"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = [module.ca_issuing.arn]
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
          Resource = [module.ca_issuing.arn]
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

module "issuer_web" {
  source = "./modules/issuer-user"

  user_name = "web-requester"
  policies = {
    web-requester-private-ca = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "Grant1Request"
          Effect   = "Allow"
          Action   = ["acm:RequestCertificate"]
          Resource = ["*"]
          Condition = {
            StringEquals = {
              "acm:CertificateAuthority"      = [module.ca_issuing.arn]
              "aws:RequestTag/pcaform:issuer" = ["user/web-requester"]
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
              "aws:RequestTag/pcaform:issuer" = ["user/web-requester"]
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
              "aws:ResourceTag/pcaform:issuer" = ["user/web-requester"]
            }
          }
        },
        {
          Sid      = "Grant1IssueThroughAcm"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = [module.ca_issuing.arn]
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
          Resource = [module.ca_issuing.arn]
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
