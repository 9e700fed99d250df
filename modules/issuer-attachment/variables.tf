# SPDX-License-Identifier: Apache-2.0

variable "user_name" {
  description = "Name of a user that exists."
  type        = string
  default     = null

  validation {
    condition     = (var.user_name == null) != (var.role_name == null)
    error_message = "Name a user or a role, one of them."
  }
}

variable "role_name" {
  description = "Name of a role that exists."
  type        = string
  default     = null
}

variable "principal_type" {
  description = "user or role, needed only where the name is known after an apply, such as one from a name_prefix."
  type        = string
  default     = null

  validation {
    condition     = var.principal_type == null ? true : contains(["user", "role"], var.principal_type)
    error_message = "The principal is a user or a role."
  }

  validation {
    condition     = var.principal_type == "user" ? var.role_name == null : var.principal_type == "role" ? var.user_name == null : true
    error_message = "The name that is given is of the other kind of principal."
  }
}

variable "path" {
  description = "Path of the policies."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.path)) && length(var.path) <= 512
    error_message = "A path starts and ends with a slash, such as /pki/, and has at most 512 characters."
  }
}

variable "policies" {
  description = "The policies: name to JSON document."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for document in values(var.policies) : length(replace(document, "/\\s/", "")) <= 6144])
    error_message = "A policy has at most 6144 characters, blanks not counted: spread it over several."
  }
}

variable "policy_description" {
  description = "Description of the policies: another one replaces them."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the policies."
  type        = map(string)
  default     = {}
}
