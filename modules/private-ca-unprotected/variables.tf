variable "type" {
  description = "ROOT or SUBORDINATE."
  type        = string

  validation {
    condition     = contains(["ROOT", "SUBORDINATE"], var.type)
    error_message = "The type is ROOT or SUBORDINATE."
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
  description = "Type and size of the key, such as RSA_4096 or EC_prime256v1."
  type        = string
}

variable "signing_algorithm" {
  description = "The algorithm with which the CA signs its certificate signing request, of the family of its key."
  type        = string
}

variable "usage_mode" {
  description = "GENERAL_PURPOSE or SHORT_LIVED_CERTIFICATE. AWS never changes it."
  type        = string
  default     = "GENERAL_PURPOSE"
}

variable "key_storage_security_standard" {
  description = "The standard for the key's hardware; null leaves it to the region's default."
  type        = string
  default     = null
}

variable "enabled" {
  description = "false disables an active CA: it issues nothing until it is enabled again."
  type        = bool
  default     = true
}

variable "permanent_deletion_time_in_days" {
  description = "How long a deleted CA can be restored, 7 to 30 days."
  type        = number
  default     = 30
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
      s3_object_acl      = optional(string)
    }))
    ocsp_configuration = optional(object({
      enabled           = bool
      ocsp_custom_cname = optional(string)
    }))
  })
}

variable "certificate" {
  description = "The CA's own certificate to install, with its chain (none for a root); null installs nothing."
  default     = null

  type = object({
    certificate       = string
    certificate_chain = optional(string)
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
