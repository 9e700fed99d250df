# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

module "crl_bucket_corp-crl" {
  source = "./modules/crl-bucket"

  bucket = "corp-crl"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "PrivateCaWritesLists"
        Effect = "Allow"
        Principal = {
          Service = "acm-pca.amazonaws.com"
        }
        Action = [
          "s3:PutObject",
          "s3:PutObjectAcl",
          "s3:GetBucketAcl",
          "s3:GetBucketLocation",
        ]
        Resource = ["arn:aws:s3:::corp-crl", "arn:aws:s3:::corp-crl/*"]
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "123456789012"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:acm-pca:*:123456789012:certificate-authority/*"
          }
        }
      },
      {
        Sid       = "EncryptedTransportOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:*"]
        Resource  = ["arn:aws:s3:::corp-crl", "arn:aws:s3:::corp-crl/*"]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
          ArnNotEquals = {
            "aws:SourceArn" = [module.crl_bucket_corp-crl.distribution_arn]
          }
        }
      },
      {
        Sid    = "CloudFrontReadsLists"
        Effect = "Allow"
        Principal = {
          Service = "cloudfront.amazonaws.com"
        }
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws:s3:::corp-crl/*"]
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [module.crl_bucket_corp-crl.distribution_arn]
          }
        }
      },
    ]
  })
  distribution = {
    aliases             = ["crl.corp.example"]
    acm_certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
    log_bucket          = "corp-logs"
  }
}

module "crl_bucket_corp-reports" {
  source = "./modules/crl-bucket"

  bucket = "corp-reports"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "PrivateCaWritesReports"
        Effect = "Allow"
        Principal = {
          Service = "acm-pca.amazonaws.com"
        }
        Action = [
          "s3:PutObject",
          "s3:PutObjectAcl",
          "s3:GetBucketAcl",
          "s3:GetBucketLocation",
        ]
        Resource = ["arn:aws:s3:::corp-reports", "arn:aws:s3:::corp-reports/*"]
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "123456789012"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:acm-pca:*:123456789012:certificate-authority/*"
          }
        }
      },
      {
        Sid       = "EncryptedTransportOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:*"]
        Resource  = ["arn:aws:s3:::corp-reports", "arn:aws:s3:::corp-reports/*"]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

module "crl_bucket_lists" {
  source = "./modules/crl-bucket"

  bucket = "corp-lists"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "PrivateCaWritesLists"
        Effect = "Allow"
        Principal = {
          Service = "acm-pca.amazonaws.com"
        }
        Action = [
          "s3:PutObject",
          "s3:PutObjectAcl",
          "s3:GetBucketAcl",
          "s3:GetBucketLocation",
        ]
        Resource = ["arn:aws:s3:::corp-lists", "arn:aws:s3:::corp-lists/*"]
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "123456789012"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:aws:acm-pca:*:123456789012:certificate-authority/*"
          }
        }
      },
      {
        Sid       = "EncryptedTransportOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:*"]
        Resource  = ["arn:aws:s3:::corp-lists", "arn:aws:s3:::corp-lists/*"]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
          ArnNotEquals = {
            "aws:SourceArn" = ["arn:aws:cloudfront::123456789012:distribution/E2EXAMPLE"]
          }
        }
      },
      {
        Sid    = "CloudFrontReadsLists"
        Effect = "Allow"
        Principal = {
          Service = "cloudfront.amazonaws.com"
        }
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws:s3:::corp-lists/*"]
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = ["arn:aws:cloudfront::123456789012:distribution/E2EXAMPLE"]
          }
        }
      },
    ]
  })
  force_destroy = true
  tags = {
    team = "pki"
  }
}
