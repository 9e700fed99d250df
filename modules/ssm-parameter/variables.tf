# SPDX-License-Identifier: Apache-2.0

variable "certificate_authority_arn" {
  description = "The CA; use its active_arn, so that nobody reads of a CA that cannot issue yet."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/[0-9A-Za-z-]+$", var.certificate_authority_arn))
    error_message = "A CA's ARN is arn:PARTITION:acm-pca:REGION:ACCOUNT:certificate-authority/ID."
  }
}

variable "name" {
  description = "The parameter's name with all of its levels."
  type        = string
  nullable    = false

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
  validation {
    condition     = can(regex("^(/[A-Za-z0-9_.-]+){1,15}$", var.name))
    error_message = "A name is 1 to 15 levels, each with '/' before it, of letters, digits and '_.-'."
  }

  validation {
    condition     = !can(regex("^/(aws|ssm)", lower(var.name)))
    error_message = "Names that start with aws or ssm are those of AWS."
  }
}
