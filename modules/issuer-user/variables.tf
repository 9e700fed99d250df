# SPDX-License-Identifier: Apache-2.0

variable "user_name" {
  description = "Name of the IAM user."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.user_name))
    error_message = "A user's name has 1 to 64 letters, digits and any of +=,.@_-."
  }
}

variable "path" {
  description = "Path of the user and of its policies."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.path)) && length(var.path) <= 512
    error_message = "A path starts and ends with a slash, such as /pki/, and has at most 512 characters."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds what the user can ever be allowed."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary))
    error_message = "A permissions boundary is the ARN of a policy: arn:PARTITION:iam::ACCOUNT:policy/NAME."
  }
}

variable "force_destroy" {
  description = "Whether destroying the user also deletes keys and logins that Terraform does not know."
  type        = bool
  default     = false
  nullable    = false
}

variable "policies" {
  description = "The user's policies: name to JSON document."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for document in values(var.policies) : length(replace(document, "/\\s/", "")) <= 6144])
    error_message = "A policy has at most 6144 characters, blanks not counted: spread it over several."
  }
}

variable "policy_path" {
  description = "Path of the policies, if it is not that of the user."
  type        = string
  default     = null

  validation {
    condition     = var.policy_path == null ? true : can(regex("^/([!-~]+/)?$", var.policy_path)) && length(var.policy_path) <= 512
    error_message = "A path starts and ends with a slash, such as /pki/, and has at most 512 characters."
  }
}

variable "policy_description" {
  description = "Description of the policies: another one replaces them."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the user and of its policies."
  type        = map(string)
  default     = {}
}

variable "policy_tags" {
  description = "Tags of the policies, if they are not those of the user."
  type        = map(string)
  default     = null
}
