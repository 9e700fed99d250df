variable "certificate_authority_arns" {
  description = "The CAs, each under a name: their active_arn, where they are made beside this."
  type        = map(string)
}

module "ssm_parameter" {
  source   = "../.."
  for_each = var.certificate_authority_arns

  name                      = "/pcaform/corp-pki/${each.key}"
  certificate_authority_arn = each.value
}
