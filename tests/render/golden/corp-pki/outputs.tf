# Written by pcaform from corp-pki.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    root    = module.ca_root.active_arn
    issuing = module.ca_issuing.active_arn
  }
}

output "certificate_authorities" {
  description = "The ARN, certificate, chain, dates and serial of each active CA, by its key in the spec."
  value = {
    root    = module.ca_root
    issuing = module.ca_issuing
  }
}

output "issuer_arns" {
  description = "The ARN of each issuer, by its key in the spec."
  value = {
    ci  = module.issuer_ci.arn
    web = module.issuer_web.arn
  }
}

output "issuer_policy_arns" {
  description = "The ARNs of each issuer's policies, by its key in the spec."
  value = {
    ci  = module.issuer_ci.policy_arns
    web = module.issuer_web.policy_arns
  }
}

output "trust_bundle" {
  description = "The certificates of this stack's root CAs, PEM: what relying parties trust."
  value       = join("\n", compact([module.ca_root.certificate]))
}
