# SPDX-License-Identifier: Apache-2.0

variable "certificate_authority_arn" {
  description = "The CA that issues; use the certificate_authority_arn of its permission, so that ACM can renew from the start."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/[0-9A-Za-z-]+$", var.certificate_authority_arn))
    error_message = "A CA's ARN is arn:PARTITION:acm-pca:REGION:ACCOUNT:certificate-authority/ID."
  }
}

variable "domain_name" {
  description = "The certificate's common name, at most 64 characters."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.domain_name) >= 1 && length(var.domain_name) <= 64
    error_message = "The domain name has 1 to 64 characters: it becomes the common name."
  }
}

variable "subject_alternative_names" {
  description = "Further names."
  type        = set(string)
  default     = null

  validation {
    condition     = var.subject_alternative_names == null ? true : length(var.subject_alternative_names) <= 99
    error_message = "There are at most 99 further names."
  }
}

variable "key_algorithm" {
  description = "The certificate's key, of the family of the CA's: RSA_2048, EC_prime256v1 and so on."
  type        = string
  default     = "RSA_2048"
  nullable    = false

  validation {
    condition     = contains(["RSA_2048", "EC_prime256v1", "EC_secp384r1"], var.key_algorithm)
    error_message = "ACM makes keys of RSA_2048, EC_prime256v1 and EC_secp384r1."
  }
}

variable "early_renewal_duration" {
  description = "How long before its end Terraform asks for a renewal, such as P90D; null leaves renewing to ACM."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the certificate."
  type        = map(string)
  default     = {}
}
