# Written by pcaform from hostile-text.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    root = module.ca_root.active_arn
  }
}

output "issuer_arns" {
  description = "The ARN of each issuer, by its key in the spec."
  value = {
    x = module.issuer_x.arn
  }
}
