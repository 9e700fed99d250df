variable "certificate_authority_arn" {
  description = "The CA; use its active_arn, AWS grants only on an active CA."
  type        = string
  nullable    = false
}

variable "principal" {
  description = "The service that may use the CA; AWS knows only ACM."
  type        = string
  default     = "acm.amazonaws.com"
  nullable    = false
}

variable "actions" {
  description = "What the service may do; ACM renews only with all three."
  type        = set(string)
  default     = ["GetCertificate", "IssueCertificate", "ListPermissions"]
  nullable    = false

  validation {
    condition     = length(var.actions) > 0
    error_message = "A permission has at least one action, and best all three."
  }
}
