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
