variable "issuer_arn" {
  description = "The CA that signs: the parent's active_arn, or for a root its own arn."
  type        = string
}

variable "certificate_signing_request" {
  description = "The request of the CA that gets the certificate, PEM."
  type        = string
}

variable "signing_algorithm" {
  description = "The algorithm with which the issuer signs, of the family of the issuer's key."
  type        = string
}

variable "template_arn" {
  description = "The template: RootCACertificate/V1, or SubordinateCACertificate_PathLenN/V1."
  type        = string
}

variable "validity" {
  description = "How long the certificate is valid: type DAYS, MONTHS, YEARS, ABSOLUTE or END_DATE, and its value."
  type        = object({ type = string, value = string })
}

variable "api_passthrough" {
  description = "Extensions and subject beyond the template, as JSON; counts with templates named _APIPassthrough only."
  type        = string
  default     = null
}

variable "superseded" {
  description = "true once a later generation is installed: who would sign this one now no longer matters."
  type        = bool
  default     = false
}
