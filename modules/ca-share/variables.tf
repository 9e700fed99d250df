# SPDX-License-Identifier: Apache-2.0

variable "certificate_authority_arn" {
  description = "The CA; use its active_arn."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/[0-9A-Za-z-]+$", var.certificate_authority_arn))
    error_message = "A CA's ARN is arn:PARTITION:acm-pca:REGION:ACCOUNT:certificate-authority/ID."
  }
}

variable "policy" {
  description = "The CA's resource policy: a JSON document that names the accounts, the CA and the one template."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(var.policy).Statement)
    error_message = "A policy is a JSON document with a Statement."
  }

  # https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html
  validation {
    condition = !can(jsondecode(var.policy).Statement) || alltrue([
      for each in flatten([try(jsondecode(var.policy).Statement, [])]) :
      can(each.Condition.StringEquals["acm-pca:TemplateArn"])
      if contains(flatten([try(each.Action, [])]), "acm-pca:IssueCertificate")
    ])
    error_message = "A statement that allows acm-pca:IssueCertificate has a condition StringEquals on acm-pca:TemplateArn."
  }
}
