# SPDX-License-Identifier: Apache-2.0

# One private CA with its own certificates, so that one call with for_each makes many CAs: the calls of private-ca and
# ca-certificate wait for each other, which Terraform refuses as a cycle where both have for_each.

module "ca" {
  source = "../private-ca"

  type                            = var.type
  subject                         = var.subject
  key_algorithm                   = var.key_algorithm
  signing_algorithm               = var.signing_algorithm
  usage_mode                      = var.usage_mode
  key_storage_security_standard   = var.key_storage_security_standard
  enabled                         = var.enabled
  permanent_deletion_time_in_days = var.permanent_deletion_time_in_days
  revocation_configuration        = var.revocation_configuration
  timeouts                        = var.timeouts
  tags                            = var.tags

  certificate = {
    certificate       = module.certificate[var.installed_certificate].certificate
    certificate_chain = var.type == "ROOT" ? null : module.certificate[var.installed_certificate].certificate_chain
  }
}

module "certificate" {
  source   = "../ca-certificate"
  for_each = var.certificates

  issuer_arn                  = var.type == "ROOT" ? module.ca.arn : var.issuer.arn
  certificate_signing_request = module.ca.certificate_signing_request
  signing_algorithm           = var.type == "ROOT" ? module.ca.signing_algorithm : var.issuer.signing_algorithm
  template_arn                = each.value.template_arn != null ? each.value.template_arn : "arn:${data.aws_partition.this.partition}:acm-pca:::template/${local.templates[each.key]}/V1"
  validity                    = each.value.validity
  api_passthrough             = each.value.api_passthrough
  superseded                  = each.key != var.installed_certificate
}

data "aws_partition" "this" {}

locals {
  templates = {
    for name, each in var.certificates : name => join("", [
      var.type == "ROOT" ? "RootCACertificate" : "SubordinateCACertificate_PathLen${each.path_length}",
      each.api_passthrough == null ? "" : "_APIPassthrough",
    ])
  }
}
