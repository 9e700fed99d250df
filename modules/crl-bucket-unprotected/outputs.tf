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

output "distribution_arn" {
  description = "The ARN of the distribution, null if there is none. The policy that is passed in may name it."
  value       = one(aws_cloudfront_distribution.this[*].arn)
}

output "distribution_domain_name" {
  description = "The distribution's own name, for a CA's custom_cname or the DNS records of aliases; null if there is none."
  value       = one(aws_cloudfront_distribution.this[*].domain_name)
}
