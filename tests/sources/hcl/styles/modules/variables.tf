variable "environment" {
  type    = string
  default = "test"
}

variable "root_years" {
  type = number
}

variable "issuing" {
  description = "The CAs below the root."
  type = map(object({
    common_name = string
    years       = optional(number, 5)
    acm         = optional(bool, false)
  }))
}

locals {
  organization = "Corp"
  tags         = { environment = var.environment }
}
