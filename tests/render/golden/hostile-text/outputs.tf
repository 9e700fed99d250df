# Written by pcaform from hostile-text.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    root = module.ca_root.active_arn
  }
}

output "certificate_authorities" {
  description = "The ARN, certificate, chain, dates and serial of each active CA, by its key in the spec."
  value = {
    root = module.ca_root
  }
}

output "issuer_arns" {
  description = "The ARN of each issuer, by its key in the spec."
  value = {
    x = module.issuer_x.arn
  }
}

output "issuer_policy_arns" {
  description = "The ARNs of each issuer's policies, by its key in the spec."
  value = {
    x = module.issuer_x.policy_arns
  }
}

output "trust_bundle" {
  description = "The certificates of this stack's root CAs, PEM: what relying parties trust."
  value       = join("\n", compact([module.ca_root.certificate]))
}
