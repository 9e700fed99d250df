# SPDX-License-Identifier: Apache-2.0

variable "issuer_arn" {
  description = "The CA that signs: the parent's active_arn, or for a root its own arn."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/[0-9A-Za-z-]+$", var.issuer_arn))
    error_message = "A CA's ARN is arn:PARTITION:acm-pca:REGION:ACCOUNT:certificate-authority/ID."
  }
}

variable "certificate_signing_request" {
  description = "The request of the CA that gets the certificate, PEM."
  type        = string
  nullable    = false
}

variable "signing_algorithm" {
  description = "The algorithm with which the issuer signs, of the family of the issuer's key."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(SHA(256|384|512)WITH(ECDSA|RSA|RSA_PSS)|SM3WITHSM2|ML_DSA_(44|65|87))$", var.signing_algorithm))
    error_message = "The signing algorithm is SHA256, SHA384 or SHA512 WITHECDSA, WITHRSA or WITHRSA_PSS, SM3WITHSM2, or ML_DSA_44, ML_DSA_65, ML_DSA_87."
  }
}

variable "template_arn" {
  description = "The template: RootCACertificate/V1, or SubordinateCACertificate_PathLenN/V1."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm-pca:::template/[A-Za-z]*CACertificate[A-Za-z0-9_]*/V[0-9]+$", var.template_arn))
    error_message = "The template is one for CAs: arn:PARTITION:acm-pca:::template/RootCACertificate/V1, or SubordinateCACertificate_PathLenN/V1."
  }
}

variable "validity" {
  description = "How long the certificate is valid: type DAYS, MONTHS, YEARS, ABSOLUTE or END_DATE, and its value."
  type        = object({ type = string, value = string })
  nullable    = false

  validation {
    condition     = contains(["DAYS", "MONTHS", "YEARS", "ABSOLUTE", "END_DATE"], var.validity.type)
    error_message = "The validity's type is DAYS, MONTHS, YEARS, ABSOLUTE or END_DATE."
  }

  validation {
    condition     = can(var.validity.type == "END_DATE" ? formatdate("YYYY", var.validity.value) : regex("^[1-9][0-9]*$", var.validity.value))
    error_message = "The validity's value is a whole number from 1, or with END_DATE a time such as 2030-01-31T00:00:00Z."
  }
}

variable "api_passthrough" {
  description = "Extensions and subject beyond the template, as JSON; counts with templates named _APIPassthrough only."
  type        = string
  default     = null

  validation {
    condition     = var.api_passthrough == null ? true : can(regex("_API(CSR)?Passthrough/", var.template_arn))
    error_message = "AWS ignores an api_passthrough unless the template is one named _APIPassthrough."
  }
}

variable "superseded" {
  description = "true once a later generation is installed: who would sign this one now no longer matters."
  type        = bool
  default     = false
  nullable    = false
}
