variable "acm" {
  type    = bool
  default = false
}

variable "common_name" {
  type = string
}

variable "key_algorithm" {
  type    = string
  default = "RSA_2048"
}

variable "organization" {
  type = string
}

variable "parent_arn" {
  type    = string
  default = null
}

variable "path_length" {
  type    = number
  default = 0
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "type" {
  type = string
}

variable "years" {
  type = number
}
