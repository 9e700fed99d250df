# What most people write: the root is named by its ARN, which is known before the root is active.
resource "aws_acmpca_certificate_authority" "each" {
  for_each = toset(["ROOT", "SUBORDINATE"])
  type     = each.key

  permanent_deletion_time_in_days = 7

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = each.key
    }
  }
}

resource "aws_acmpca_certificate" "root" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.each["ROOT"].arn
  certificate_signing_request = aws_acmpca_certificate_authority.each["ROOT"].certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"

  validity {
    type  = "YEARS"
    value = 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "root" {
  certificate_authority_arn = aws_acmpca_certificate_authority.each["ROOT"].arn
  certificate               = aws_acmpca_certificate.root.certificate
}

resource "aws_acmpca_certificate" "issuing" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.each["ROOT"].arn
  certificate_signing_request = aws_acmpca_certificate_authority.each["SUBORDINATE"].certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"

  validity {
    type  = "YEARS"
    value = 5
  }
}

resource "aws_acmpca_certificate_authority_certificate" "issuing" {
  certificate_authority_arn = aws_acmpca_certificate_authority.each["SUBORDINATE"].arn
  certificate               = aws_acmpca_certificate.issuing.certificate
  certificate_chain         = aws_acmpca_certificate.issuing.certificate_chain
}

resource "aws_acmpca_permission" "renewal" {
  certificate_authority_arn = aws_acmpca_certificate_authority.each["SUBORDINATE"].arn
  principal                 = "acm.amazonaws.com"
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
}

# A list with a custom_cname needs a bucket of that name.
resource "aws_s3_bucket" "lists" {
  bucket = "crl.corp.example"
}

resource "aws_s3_bucket_versioning" "lists" {
  bucket = aws_s3_bucket.lists.id

  versioning_configuration {
    status     = "Enabled"
    mfa_delete = "Disabled"
  }
}

resource "aws_s3_object" "list" {
  bucket  = aws_s3_bucket.lists.id
  key     = "crl/a list.crl"
  content = "a list"
}
