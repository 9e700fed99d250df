# Written by pcaform from remote-state.yaml. Do not edit: change that file and render again.

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
            module.ca_web.arn,
            data.terraform_remote_state.shared.outputs.certificate_authority_arns.issuing,
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
            module.ca_web.arn,
            data.terraform_remote_state.shared.outputs.certificate_authority_arns.issuing,
          ]
        },
        {
          Sid      = "Grant2Request"
          Effect   = "Allow"
          Action   = ["acm:RequestCertificate"]
          Resource = ["*"]
          Condition = {
            StringEquals = {
              "acm:CertificateAuthority"      = [data.terraform_remote_state.permitted.outputs.certificate_authority_arns.issuing]
              "aws:RequestTag/pcaform:issuer" = ["user/ci"]
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
          Sid      = "Grant2Tag"
          Effect   = "Allow"
          Action   = ["acm:AddTagsToCertificate"]
          Resource = ["arn:aws:acm:eu-west-1:123456789012:certificate/$${*}"]
          Condition = {
            StringEquals = {
              "aws:RequestTag/pcaform:issuer" = ["user/ci"]
            }
          }
        },
        {
          Sid      = "Grant2Own"
          Effect   = "Allow"
          Action   = ["acm:DescribeCertificate", "acm:GetCertificate"]
          Resource = ["arn:aws:acm:eu-west-1:123456789012:certificate/*"]
          Condition = {
            StringEquals = {
              "aws:ResourceTag/pcaform:issuer" = ["user/ci"]
            }
          }
        },
        {
          Sid      = "Grant2IssueThroughAcm"
          Effect   = "Allow"
          Action   = ["acm-pca:IssueCertificate"]
          Resource = [data.terraform_remote_state.permitted.outputs.certificate_authority_arns.issuing]
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
          Sid      = "Grant2ReadThroughAcm"
          Effect   = "Allow"
          Action   = ["acm-pca:GetCertificate", "acm-pca:ListPermissions"]
          Resource = [data.terraform_remote_state.permitted.outputs.certificate_authority_arns.issuing]
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
