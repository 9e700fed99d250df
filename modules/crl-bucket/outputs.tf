# SPDX-License-Identifier: Apache-2.0

output "bucket" {
  description = "The bucket's name, known once AWS Private CA may write into it. Use it as a CA's s3_bucket_name."
  value       = aws_s3_bucket_policy.this.bucket
}

output "arn" {
  description = "The bucket's ARN."
  value       = aws_s3_bucket.this.arn
}

output "bucket_regional_domain_name" {
  description = "The bucket's domain name, for a CloudFront origin."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
