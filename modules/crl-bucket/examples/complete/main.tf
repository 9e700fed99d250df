module "crl_bucket" {
  source = "../.."

  bucket = "corp-pki-revocation-lists"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PrivateCaWritesLists"
        Effect    = "Allow"
        Principal = { Service = "acm-pca.amazonaws.com" }
        Action    = ["s3:PutObject", "s3:PutObjectAcl", "s3:GetBucketAcl", "s3:GetBucketLocation"]
        Resource  = ["arn:aws:s3:::corp-pki-revocation-lists", "arn:aws:s3:::corp-pki-revocation-lists/*"]
        Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
      },
      {
        Sid       = "EncryptedTransportOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:*"]
        Resource  = ["arn:aws:s3:::corp-pki-revocation-lists", "arn:aws:s3:::corp-pki-revocation-lists/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
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

output "ca_partner_request" {
  value = module.ca_partner.certificate_signing_request
}
