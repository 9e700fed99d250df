mock_provider "aws" {
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = {
      arn                         = "arn:aws:s3:::lists"
      bucket_regional_domain_name = "lists.s3.eu-west-1.amazonaws.com"
    }
  }

  mock_resource "aws_cloudfront_distribution" {
    defaults = {
      arn         = "arn:aws:cloudfront::123456789012:distribution/E1EXAMPLE"
      domain_name = "d1example.cloudfront.net"
    }
  }

  mock_resource "aws_cloudfront_origin_access_control" {
    defaults = { id = "E2EXAMPLE" }
  }
}

variables {
  bucket = "lists"
  policy = "{\"Version\": \"2012-10-17\", \"Statement\": []}"
}

run "least" {
  command = plan

  module {
    source = "./modules/crl-bucket"
  }

  assert {
    condition     = aws_s3_bucket.this.bucket == "lists" && !aws_s3_bucket.this.force_destroy
    error_message = "A bucket with lists in it is not destroyed."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "The lists belong to the bucket's owner."
  }

  assert {
    condition = (
      aws_s3_bucket_public_access_block.this.block_public_acls
      && aws_s3_bucket_public_access_block.this.block_public_policy
      && aws_s3_bucket_public_access_block.this.ignore_public_acls
      && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    )
    error_message = "Nothing is public."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "AWS Private CA is given no key."
  }

  assert {
    condition     = aws_s3_bucket_policy.this.bucket == "lists" && aws_s3_bucket_policy.this.policy == var.policy
    error_message = "The policy is the bucket's, and taken as it is."
  }

  assert {
    condition = (
      output.bucket == "lists" && output.arn == "arn:aws:s3:::lists"
      && output.bucket_regional_domain_name == "lists.s3.eu-west-1.amazonaws.com"
    )
    error_message = "The outputs are the bucket's."
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this) == 0 && output.distribution_arn == null && output.distribution_domain_name == null
    error_message = "Without a distribution there is none."
  }
}

run "distribution" {
  command = plan

  module {
    source = "./modules/crl-bucket"
  }

  variables {
    distribution = {
      aliases             = ["crl.corp.example"]
      acm_certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
      log_bucket          = "logs"
    }
  }

  assert {
    condition = (
      one(aws_cloudfront_distribution.this[0].origin).domain_name == "lists.s3.eu-west-1.amazonaws.com"
      && one(aws_cloudfront_distribution.this[0].origin).origin_access_control_id == "E2EXAMPLE"
      && aws_cloudfront_origin_access_control.this[0].signing_behavior == "always"
    )
    error_message = "CloudFront signs what it asks of the bucket."
  }

  assert {
    condition = (
      aws_cloudfront_distribution.this[0].default_cache_behavior[0].viewer_protocol_policy == "allow-all"
      && aws_cloudfront_distribution.this[0].default_cache_behavior[0].max_ttl == 3600
      && aws_cloudfront_distribution.this[0].enabled
    )
    error_message = "Clients get lists over plain HTTP, and none that is old."
  }

  assert {
    condition = (
      aws_cloudfront_distribution.this[0].aliases == toset(["crl.corp.example"])
      && aws_cloudfront_distribution.this[0].viewer_certificate[0].acm_certificate_arn == var.distribution.acm_certificate_arn
      && aws_cloudfront_distribution.this[0].viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"
      && one(aws_cloudfront_distribution.this[0].logging_config).bucket == "logs.s3.amazonaws.com"
    )
    error_message = "Names, certificate and log are the caller's."
  }

  assert {
    condition = (
      output.distribution_arn == "arn:aws:cloudfront::123456789012:distribution/E1EXAMPLE"
      && output.distribution_domain_name == "d1example.cloudfront.net"
    )
    error_message = "The outputs are the distribution's."
  }
}

run "every_argument" {
  command = plan

  module {
    source = "./modules/crl-bucket"
  }

  variables {
    force_destroy = true
    tags          = { owner = "pki" }
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy && aws_s3_bucket.this.tags == tomap({ owner = "pki" })
    error_message = "Every plain argument is passed on."
  }
}
