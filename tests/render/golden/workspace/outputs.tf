# Written by pcaform from workspace.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    root  = module.ca_root.active_arn
    other = module.ca_other.active_arn
  }
}

output "certificate_authorities" {
  description = "The ARN, certificate, chain, dates and serial of each active CA, by its key in the spec."
  value = {
    root  = module.ca_root
    other = module.ca_other
  }
}

output "trust_bundle" {
  description = "The certificates of this stack's root CAs, PEM: what relying parties trust."
  value       = join("\n", compact([module.ca_root.certificate, module.ca_other.certificate]))
}
