variable "certificate_authority_arn" {
  description = "The CA; use its active_arn."
  type        = string
  nullable    = false
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

  validation {
    condition     = length(distinct(var.accounts)) == length(var.accounts)
    error_message = "An account is named once."
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
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm-pca:::template/[A-Za-z0-9_]+/V[0-9]+$", var.template_arn))
    error_message = "A template's ARN is arn:PARTITION:acm-pca:::template/NAME/V1."
  }

  # https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html
  validation {
    condition = contains([
      "BlankEndEntityCertificate_APICSRPassthrough",
      "BlankEndEntityCertificate_APIPassthrough",
      "EndEntityCertificate",
      "EndEntityClientAuthCertificate",
      "EndEntityServerAuthCertificate",
      "SubordinateCACertificate_PathLen0",
    ], try(split("/", var.template_arn)[1], ""))
    error_message = "AWS shares a CA for one of these templates: EndEntityCertificate, EndEntityClientAuthCertificate, EndEntityServerAuthCertificate, SubordinateCACertificate_PathLen0, BlankEndEntityCertificate_APIPassthrough, BlankEndEntityCertificate_APICSRPassthrough."
  }
}
