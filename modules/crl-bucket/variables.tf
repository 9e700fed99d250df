# SPDX-License-Identifier: Apache-2.0

variable "bucket" {
  description = "The bucket's name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens, and starts and ends with a letter or digit."
  }

  validation {
    condition     = !can(regex("[.][.]|^([0-9]+[.]){3}[0-9]+$", var.bucket))
    error_message = "A bucket's name has no two dots in a row, and does not look like an IP address."
  }

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  validation {
    condition = !anytrue(concat(
      [for prefix in ["xn--", "sthree-", "amzn-s3-demo-"] : startswith(var.bucket, prefix)],
      [for suffix in ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"] : endswith(var.bucket, suffix)],
    ))
    error_message = "S3 keeps this prefix or suffix of a bucket's name for itself."
  }
}

variable "policy" {
  description = "The bucket's policy: a JSON document that lets AWS Private CA write, and CloudFront read if it serves the lists."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(var.policy).Statement)
    error_message = "A policy is a JSON document with a Statement."
  }
}

variable "distribution" {
  description = "A CloudFront distribution that serves the lists over plain HTTP; null for none. Its aliases are names in the certificate, of ACM in us-east-1; log_bucket is an existing bucket with ACLs, for the log of accesses."
  type = object({
    aliases             = optional(set(string))
    acm_certificate_arn = optional(string)
    log_bucket          = optional(string)
  })
  default = null

  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-requirements
  validation {
    condition     = try(length(var.distribution.aliases), 0) == 0 ? true : var.distribution.acm_certificate_arn != null
    error_message = "CloudFront takes aliases only together with a certificate that has them: set acm_certificate_arn."
  }

  # https://docs.aws.amazon.com/acm/latest/userguide/acm-services.html
  validation {
    condition     = try(var.distribution.acm_certificate_arn, null) == null ? true : can(regex("^arn:aws[a-z-]*:acm:us-east-1:", var.distribution.acm_certificate_arn))
    error_message = "CloudFront takes certificates of ACM in us-east-1."
  }
}

variable "force_destroy" {
  description = "Whether destroying the bucket also deletes the lists in it."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
  default     = {}
}
