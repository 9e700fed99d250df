variable "certificate_authority_arns" {
  description = "The CAs, each under a name: their active_arn, where they are made beside this."
  type        = map(string)
}

module "acm_permission" {
  source   = "../.."
  for_each = var.certificate_authority_arns

  certificate_authority_arn = each.value
}
