# SPDX-License-Identifier: Apache-2.0

# A bucket for revocation lists that AWS Private CA may write and nobody else may read directly: it stays behind Block
# Public Access, and relying parties fetch the lists through CloudFront.

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_18: the lists are public by purpose, and a log of who reads them needs a bucket of its own
  # checkov:skip=CKV_AWS_21: a list replaces the one before, which nobody may be given again
  # checkov:skip=CKV_AWS_144: AWS Private CA writes the lists again, so there is nothing that a replica would save
  # checkov:skip=CKV_AWS_145: encrypted with SSE-S3: AWS Private CA is given no key, and the lists are no secret
  # checkov:skip=CKV2_AWS_61: a list is overwritten in place, and one that expires takes revocation checking with it
  # checkov:skip=CKV2_AWS_62: nothing waits for a list to be written
  bucket        = var.bucket
  force_destroy = var.force_destroy
  tags          = var.tags

  # Without its bucket a CA publishes no list, and who checks revocation rejects, or worse accepts, everything.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.bucket
  policy = var.policy

  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
  ]
}

# What relying parties read: a certificate names its list with http://, and the bucket behind is closed.

resource "aws_cloudfront_origin_access_control" "this" {
  count = var.distribution == null ? 0 : 1

  name                              = var.bucket
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "this" {
  # checkov:skip=CKV_AWS_34: clients fetch lists over plain HTTP, and a list is signed
  # checkov:skip=CKV_AWS_68: the lists are public by purpose, and each is one small file
  # checkov:skip=CKV_AWS_86: whether accesses are logged is up to the caller: log_bucket
  # checkov:skip=CKV_AWS_174: without a name of the caller's, CloudFront's own certificate allows no choice
  # checkov:skip=CKV_AWS_305: nobody asks for the root
  # checkov:skip=CKV_AWS_310: AWS Private CA writes to one bucket
  # checkov:skip=CKV_AWS_374: certificates are checked wherever they are used
  # checkov:skip=CKV2_AWS_32: no browser reads lists
  # checkov:skip=CKV2_AWS_42: a certificate is needed for a name of the caller's only
  # checkov:skip=CKV2_AWS_47: the lists are public by purpose, and each is one small file
  count = var.distribution == null ? 0 : 1

  enabled         = true
  is_ipv6_enabled = true
  comment         = "Certificate revocation lists in ${var.bucket}"
  aliases         = var.distribution.aliases
  tags            = var.tags

  # Nothing in an apply reads a list, and a new distribution takes minutes.
  wait_for_deployment = false

  origin {
    origin_id                = "lists"
    domain_name              = aws_s3_bucket.this.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.this[0].id
  }

  default_cache_behavior {
    target_origin_id       = "lists"
    viewer_protocol_policy = "allow-all"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    default_ttl            = 300
    max_ttl                = 3600

    forwarded_values {
      query_string = false

      cookies {
        forward = "none"
      }
    }
  }

  dynamic "logging_config" {
    for_each = var.distribution.log_bucket == null ? [] : [var.distribution.log_bucket]

    content {
      bucket = "${logging_config.value}.s3.amazonaws.com"
      prefix = "${var.bucket}/"
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.distribution.acm_certificate_arn == null ? true : null
    acm_certificate_arn            = var.distribution.acm_certificate_arn
    minimum_protocol_version       = var.distribution.acm_certificate_arn == null ? null : "TLSv1.2_2021"
    ssl_support_method             = var.distribution.acm_certificate_arn == null ? null : "sni-only"
  }

  # Its name stands in certificates; another distribution has another name, and an alias is free for anyone meanwhile.
  lifecycle {
    prevent_destroy = true
  }
}
