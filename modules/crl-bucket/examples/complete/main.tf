module "crl_bucket" {
  source = "../.."

  bucket = "corp-pki-revocation-lists"

  distribution = {
    aliases             = ["crl.corp.example"]
    acm_certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PrivateCaWritesLists"
        Effect    = "Allow"
        Principal = { Service = "acm-pca.amazonaws.com" }
        Action    = ["s3:PutObject", "s3:PutObjectAcl", "s3:GetBucketAcl", "s3:GetBucketLocation"]
        Resource  = ["arn:aws:s3:::corp-pki-revocation-lists", "arn:aws:s3:::corp-pki-revocation-lists/*"]
        Condition = {
          StringEquals = { "aws:SourceAccount" = "123456789012" }
          ArnLike      = { "aws:SourceArn" = "arn:aws:acm-pca:*:123456789012:certificate-authority/*" }
        }
      },
      {
        Sid       = "CloudFrontReadsLists"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = ["s3:GetObject"]
        Resource  = ["arn:aws:s3:::corp-pki-revocation-lists/*"]
        Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:cloudfront::123456789012:distribution/*" } }
      },
      {
        Sid       = "EncryptedTransportOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:*"]
        Resource  = ["arn:aws:s3:::corp-pki-revocation-lists", "arn:aws:s3:::corp-pki-revocation-lists/*"]
        Condition = {
          Bool       = { "aws:SecureTransport" = "false" }
          ArnNotLike = { "aws:SourceArn" = "arn:aws:cloudfront::123456789012:distribution/*" }
        }
      },
    ]
  })
}

module "ca_partner" {
  source = "../../../private-ca"

  type              = "SUBORDINATE"
  subject           = { common_name = "Corp Partner CA" }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"

  revocation_configuration = {
    crl_configuration = {
      enabled            = true
      s3_bucket_name     = module.crl_bucket.bucket
      s3_object_acl      = "BUCKET_OWNER_FULL_CONTROL"
      expiration_in_days = 7
      custom_cname       = "crl.corp.example"
    }
  }
}

# What the DNS record of crl.corp.example leads to.
output "crl_distribution" {
  value = module.crl_bucket.distribution_domain_name
}

output "ca_partner_request" {
  value = module.ca_partner.certificate_signing_request
}
