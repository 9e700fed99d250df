variable "certificate_authority_arn" {
  description = "The CA; use its active_arn."
  type        = string
}

variable "accounts" {
  description = "Ids of the accounts that may issue."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for account in var.accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "An account's id has 12 digits."
  }

  validation {
    condition     = length(var.accounts) > 0 || var.organization != null
    error_message = "A share names accounts, or an organization."
  }
}

variable "organization" {
  description = "Id of the organization whose accounts may issue, such as o-1234567890."
  type        = string
  default     = null

  validation {
    condition     = var.organization == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization))
    error_message = "An organization's id is o- with 10 to 32 lower-case letters and digits."
  }
}

variable "template_arn" {
  description = "The one template they may use, such as arn:aws:acm-pca:::template/EndEntityCertificate/V1."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm-pca:::template/[A-Za-z0-9_]+/V[0-9]+$", var.template_arn))
    error_message = "A template's ARN is arn:PARTITION:acm-pca:::template/NAME/V1."
  }
}
