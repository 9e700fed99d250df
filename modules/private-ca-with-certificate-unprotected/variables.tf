# SPDX-License-Identifier: Apache-2.0

variable "type" {
  description = "ROOT or SUBORDINATE."
  type        = string
  nullable    = false
}

variable "certificates" {
  description = "The CA's own certificates, each under a name such as g1: to renew, add one and keep the others. path_length counts for a SUBORDINATE."
  nullable    = false

  type = map(object({
    validity        = object({ type = string, value = string })
    path_length     = optional(number, 0)
    template_arn    = optional(string)
    api_passthrough = optional(string)
  }))

  validation {
    condition     = alltrue([for each in values(var.certificates) : each.path_length >= 0 && each.path_length <= 3])
    error_message = "AWS has templates for a path_length of 0 to 3."
  }
}

variable "installed_certificate" {
  description = "The name of the certificate that is installed: the newest."
  type        = string
  nullable    = false

  validation {
    condition     = contains(keys(var.certificates), var.installed_certificate)
    error_message = "The installed certificate is one of the certificates."
  }
}

variable "issuer" {
  description = "The CA that signs a SUBORDINATE: its active_arn and signing_algorithm. A ROOT signs itself."
  type        = object({ arn = string, signing_algorithm = string })
  default     = null

  validation {
    condition     = (var.issuer == null) == (var.type == "ROOT")
    error_message = "A SUBORDINATE CA has an issuer, a ROOT has none."
  }
}

variable "subject" {
  description = "The subject of the CA. AWS never changes it: any edit means a new CA with a new key and a new ARN."
  nullable    = false

  type = object({
    common_name                  = optional(string)
    country                      = optional(string)
    distinguished_name_qualifier = optional(string)
    generation_qualifier         = optional(string)
    given_name                   = optional(string)
    initials                     = optional(string)
    locality                     = optional(string)
    organization                 = optional(string)
    organizational_unit          = optional(string)
    pseudonym                    = optional(string)
    state                        = optional(string)
    surname                      = optional(string)
    title                        = optional(string)
  })
}

variable "key_algorithm" {
  description = "Type and size of the key, such as RSA_4096 or EC_prime256v1. ML_DSA needs provider 6.22 or later, SM2 a region in China."
  type        = string
  nullable    = false
}

variable "signing_algorithm" {
  description = "The algorithm with which the CA signs its certificate signing request, of the family of its key; null takes the one as strong as the key."
  type        = string
  default     = null
}

variable "usage_mode" {
  description = "GENERAL_PURPOSE or SHORT_LIVED_CERTIFICATE. AWS never changes it."
  type        = string
  default     = "GENERAL_PURPOSE"
  nullable    = false
}

variable "key_storage_security_standard" {
  description = "The standard for the key's hardware; null leaves it to the region's default."
  type        = string
  default     = null
}

variable "enabled" {
  description = "false disables an active CA: it issues nothing until it is enabled again. AWS ignores it while a CA is made."
  type        = bool
  default     = true
  nullable    = false
}

variable "permanent_deletion_time_in_days" {
  description = "How long a deleted CA can be restored, 7 to 30 days."
  type        = number
  default     = 30
  nullable    = false
}

variable "revocation_configuration" {
  description = "How revoked certificates are published: a list in a bucket (CRL), a responder (OCSP), or both."
  default     = null

  type = object({
    crl_configuration = optional(object({
      enabled            = bool
      custom_cname       = optional(string)
      expiration_in_days = optional(number)
      s3_bucket_name     = optional(string)
      s3_object_acl      = optional(string, "BUCKET_OWNER_FULL_CONTROL")
    }))
    ocsp_configuration = optional(object({
      enabled           = bool
      ocsp_custom_cname = optional(string)
    }))
  })
}

variable "timeouts" {
  description = "How long Terraform waits for AWS to make the CA, such as 5m."
  default     = {}
  nullable    = false

  type = object({
    create = optional(string)
  })
}

variable "tags" {
  description = "Tags of the CA."
  type        = map(string)
  default     = {}
}
