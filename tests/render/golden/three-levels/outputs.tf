# Written by pcaform from three-levels.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    root      = module.ca_root.active_arn
    policy-ca = module.ca_policy-ca.active_arn
    issuing_1 = module.ca_issuing_1.active_arn
    short     = module.ca_short.active_arn
  }
}

output "issuer_arns" {
  description = "The ARN of each issuer, by its key in the spec."
  value = {
    both       = module.issuer_both.arn
    taken-over = module.issuer_taken-over.arn
  }
}
