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
