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

output "certificate_authorities" {
  description = "The ARN, certificate, chain, dates and serial of each active CA, by its key in the spec."
  value = {
    root      = module.ca_root
    policy-ca = module.ca_policy-ca
    issuing_1 = module.ca_issuing_1
    short     = module.ca_short
  }
}

output "issuer_arns" {
  description = "The ARN of each issuer, by its key in the spec."
  value = {
    both       = module.issuer_both.arn
    taken-over = module.issuer_taken-over.arn
  }
}

output "issuer_policy_arns" {
  description = "The ARNs of each issuer's policies, by its key in the spec."
  value = {
    both       = module.issuer_both.policy_arns
    taken-over = module.issuer_taken-over.policy_arns
  }
}

output "trust_bundle" {
  description = "The certificates of this stack's root CAs, PEM: what relying parties trust."
  value       = join("\n", compact([module.ca_root.certificate]))
}
