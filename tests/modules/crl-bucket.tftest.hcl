mock_provider "aws" {
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = {
      arn                         = "arn:aws:s3:::lists"
      bucket_regional_domain_name = "lists.s3.eu-west-1.amazonaws.com"
    }
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
