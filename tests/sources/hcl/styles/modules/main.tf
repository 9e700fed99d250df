module "root" {
  source = "./modules/certificate-authority"

  common_name  = "${local.organization} Root CA"
  organization = local.organization
  type         = "ROOT"
  years        = var.root_years
  tags         = merge(local.tags, { tier = "root" })
}

module "issuing" {
  source   = "./modules/certificate-authority"
  for_each = var.issuing

  common_name  = each.value.common_name
  organization = local.organization
  type         = "SUBORDINATE"
  years        = each.value.years
  parent_arn   = module.root.arn
  acm          = each.value.acm
  tags         = local.tags
}
