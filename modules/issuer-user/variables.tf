variable "user_name" {
  description = "Name of the IAM user."
  type        = string
}

variable "path" {
  description = "Path of the user and of its policies."
  type        = string
  default     = "/"
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds what the user can ever be allowed."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether destroying the user also deletes keys and logins that Terraform does not know."
  type        = bool
  default     = false
}

variable "policies" {
  description = "The user's policies: name to JSON document."
  type        = map(string)
  default     = {}
}

variable "tags" {
  description = "Tags of the user and of its policies."
  type        = map(string)
  default     = {}
}
