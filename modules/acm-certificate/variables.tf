variable "certificate_authority_arn" {
  description = "The CA that issues; use the certificate_authority_arn of its permission, so that ACM can renew from the start."
  type        = string
}

variable "domain_name" {
  description = "The certificate's common name, at most 64 characters."
  type        = string

  validation {
    condition     = length(var.domain_name) >= 1 && length(var.domain_name) <= 64
    error_message = "The domain name has 1 to 64 characters: it becomes the common name."
  }
}

variable "subject_alternative_names" {
  description = "Further names."
  type        = set(string)
  default     = null
}

variable "key_algorithm" {
  description = "The certificate's key, of the family of the CA's: RSA_2048, EC_prime256v1 and so on."
  type        = string
  default     = "RSA_2048"
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
