# SPDX-License-Identifier: Apache-2.0

variable "type" {
  description = "ROOT or SUBORDINATE."
  type        = string
  nullable    = false

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

  validation {
    condition     = anytrue([for value in values(var.subject) : value != null && value != ""])
    error_message = "The subject has at least one field."
  }

  validation {
    condition     = var.subject.country == null ? true : can(regex("^[A-Za-z]{2}$", var.subject.country))
    error_message = "The subject's country is two letters, such as DE."
  }

  validation {
    condition     = var.subject.distinguished_name_qualifier == null ? true : can(regex("^[a-zA-Z0-9'()+-.?:/= ]*$", var.subject.distinguished_name_qualifier))
    error_message = "The subject's distinguished_name_qualifier is a PrintableString: letters, digits, blanks and any of '()+,-.?:/=."
  }
}

variable "key_algorithm" {
  description = "Type and size of the key, such as RSA_4096 or EC_prime256v1. ML_DSA needs provider 6.22 or later, SM2 a region in China."
  type        = string
  nullable    = false

  # https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthorityConfiguration.html
  validation {
    condition = contains([
      "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "SM2",
    ], var.key_algorithm)
    error_message = "The key is RSA_2048, RSA_3072, RSA_4096, EC_prime256v1, EC_secp384r1, EC_secp521r1, ML_DSA_44, ML_DSA_65, ML_DSA_87 or SM2."
  }
}

variable "signing_algorithm" {
  description = "The algorithm with which the CA signs its certificate signing request, of the family of its key; null takes the one as strong as the key."
  type        = string
  default     = null

  validation {
    condition = var.signing_algorithm == null ? true : can(regex(
      lookup(
        { RSA = "^SHA[0-9]+WITHRSA(_PSS)?$", EC = "^SHA[0-9]+WITHECDSA$", SM2 = "^SM3WITHSM2$" },
        split("_", var.key_algorithm)[0],
        "^${var.key_algorithm}$",
      ),
      var.signing_algorithm,
    ))
    error_message = "The signing algorithm is of the key's family: WITHRSA for RSA, WITHECDSA for EC, SM3WITHSM2 for SM2, else the key's own name."
  }
}

variable "usage_mode" {
  description = "GENERAL_PURPOSE or SHORT_LIVED_CERTIFICATE. AWS never changes it."
  type        = string
  default     = "GENERAL_PURPOSE"
  nullable    = false

  validation {
    condition     = contains(["GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE"], var.usage_mode)
    error_message = "The usage mode is GENERAL_PURPOSE or SHORT_LIVED_CERTIFICATE."
  }
}

variable "key_storage_security_standard" {
  description = "The standard for the key's hardware; null leaves it to the region's default."
  type        = string
  default     = null

  validation {
    condition = var.key_storage_security_standard == null ? true : contains(
      ["FIPS_140_2_LEVEL_2_OR_HIGHER", "FIPS_140_2_LEVEL_3_OR_HIGHER", "CCPC_LEVEL_1_OR_HIGHER"], var.key_storage_security_standard,
    )
    error_message = "The standard is FIPS_140_2_LEVEL_2_OR_HIGHER, FIPS_140_2_LEVEL_3_OR_HIGHER or CCPC_LEVEL_1_OR_HIGHER."
  }
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

  validation {
    condition     = var.permanent_deletion_time_in_days >= 7 && var.permanent_deletion_time_in_days <= 30
    error_message = "A deleted CA can be restored for 7 to 30 days."
  }
}

variable "revocation_configuration" {
  description = "How revoked certificates are published: a list in a bucket (CRL), a responder (OCSP), or both."
  default     = null

  type = object({
    crl_configuration = optional(object({
      enabled            = bool
      custom_cname       = optional(string)
      custom_path        = optional(string)
      expiration_in_days = optional(number)
      s3_bucket_name     = optional(string)
      s3_object_acl      = optional(string, "BUCKET_OWNER_FULL_CONTROL")
    }))
    ocsp_configuration = optional(object({
      enabled           = bool
      ocsp_custom_cname = optional(string)
    }))
  })

  validation {
    condition = alltrue([
      for crl in try([var.revocation_configuration.crl_configuration], []) :
      try(crl.enabled, false) ? crl.s3_bucket_name != null && crl.expiration_in_days != null : true
    ])
    error_message = "An enabled crl_configuration needs s3_bucket_name and expiration_in_days."
  }

  validation {
    condition = alltrue([
      for crl in try([var.revocation_configuration.crl_configuration], []) :
      try(crl.enabled, true) ? true : alltrue([for name, value in crl : contains(["enabled", "s3_object_acl"], name) || value == null])
    ])
    error_message = "A disabled crl_configuration has no other argument."
  }

  validation {
    condition = alltrue([
      for acl in try([var.revocation_configuration.crl_configuration.s3_object_acl], []) :
      acl == null ? true : contains(["BUCKET_OWNER_FULL_CONTROL", "PUBLIC_READ"], acl)
    ])
    error_message = "The ACL of lists is BUCKET_OWNER_FULL_CONTROL or PUBLIC_READ."
  }

  validation {
    condition = alltrue([
      for days in try([var.revocation_configuration.crl_configuration.expiration_in_days], []) :
      days == null ? true : days >= 1 && days <= 5000
    ])
    error_message = "A list is valid for 1 to 5000 days."
  }

  validation {
    condition = alltrue([
      for cname in [
        try(var.revocation_configuration.crl_configuration.custom_cname, null),
        try(var.revocation_configuration.ocsp_configuration.ocsp_custom_cname, null),
      ] : cname == null ? true : !strcontains(cname, "://")
    ])
    error_message = "A custom cname is a host name without a protocol."
  }
}

variable "certificate" {
  description = "The CA's own certificate to install, with its chain (none for a root); null installs nothing."
  default     = null

  type = object({
    certificate       = string
    certificate_chain = optional(string)
  })

  validation {
    condition     = var.certificate == null ? true : can(regex("-----BEGIN CERTIFICATE-----", var.certificate.certificate))
    error_message = "The certificate is PEM text."
  }

  validation {
    condition     = var.certificate == null || var.type == "ROOT" ? true : try(var.certificate.certificate_chain, null) != null
    error_message = "The certificate of a SUBORDINATE CA is installed together with its certificate_chain."
  }
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
