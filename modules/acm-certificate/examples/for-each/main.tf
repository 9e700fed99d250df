variable "certificate_authority_arn" {
  description = "The CA that issues: its active_arn, where it is made beside this."
  type        = string
}

locals {
  services = {
    intranet = ["wiki.corp.example"]
    mail     = []
  }
}

module "acm_permission" {
  source = "../../../acm-permission"

  certificate_authority_arn = var.certificate_authority_arn
}

module "certificate" {
  source   = "../.."
  for_each = local.services

  certificate_authority_arn = module.acm_permission.certificate_authority_arn
  domain_name               = "${each.key}.corp.example"
  subject_alternative_names = concat(["${each.key}.corp.example"], each.value)
  key_algorithm             = "EC_prime256v1"
}
