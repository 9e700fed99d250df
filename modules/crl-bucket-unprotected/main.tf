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
