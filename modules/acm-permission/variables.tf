variable "certificate_authority_arn" {
  description = "The CA; use its active_arn, AWS grants only on an active CA."
  type        = string
}

variable "principal" {
  description = "The service that may use the CA; AWS knows only ACM."
  type        = string
  default     = "acm.amazonaws.com"
}

variable "actions" {
  description = "What the service may do; ACM renews only with all three."
  type        = set(string)
  default     = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}
