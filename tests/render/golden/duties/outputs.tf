# Written by pcaform from duties.yaml. Do not edit: change that file and render again.

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

output "administrator_arns" {
  description = "The ARN of each administrator's role, by its key in the spec."
  value = {
    pki = module.administrator_pki.arn
  }
}

output "auditor_arns" {
  description = "The ARN of each auditor's role, by its key in the spec."
  value = {
    security = module.auditor_security.arn
  }
}

output "trust_bundle" {
  description = "The certificates of this stack's root CAs, PEM: what relying parties trust."
  value       = join("\n", compact([module.ca_root.certificate]))
}
