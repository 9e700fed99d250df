# SPDX-License-Identifier: Apache-2.0

variable "certificate_authority_arn" {
  description = "The CA; use its active_arn, AWS grants only on an active CA."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/[0-9A-Za-z-]+$", var.certificate_authority_arn))
    error_message = "A CA's ARN is arn:PARTITION:acm-pca:REGION:ACCOUNT:certificate-authority/ID."
  }
}

variable "principal" {
  description = "The service that may use the CA; AWS knows only ACM."
  type        = string
  default     = "acm.amazonaws.com"
  nullable    = false

  validation {
    condition     = var.principal == "acm.amazonaws.com"
    error_message = "AWS grants to acm.amazonaws.com only."
  }
}

variable "actions" {
  description = "What the service may do; ACM renews only with all three."
  type        = set(string)
  default     = ["GetCertificate", "IssueCertificate", "ListPermissions"]
  nullable    = false

  validation {
    condition     = length(var.actions) > 0 && alltrue([for action in var.actions : contains(["GetCertificate", "IssueCertificate", "ListPermissions"], action)])
    error_message = "A permission has at least one of GetCertificate, IssueCertificate and ListPermissions, and best all three."
  }
}
