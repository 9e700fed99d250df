# Written by pcaform from principals.yaml. Do not edit: change that file and render again.

output "issuer_arns" {
  description = "The ARN of each issuer, by its key in the spec."
  value = {
    pipeline = module.issuer_pipeline.arn
    machines = module.issuer_machines.arn
  }
}

output "issuer_policy_arns" {
  description = "The ARNs of each issuer's policies, by its key in the spec."
  value = {
    pipeline = module.issuer_pipeline.policy_arns
    machines = module.issuer_machines.policy_arns
    builder  = module.issuer_builder.policy_arns
    deployer = module.issuer_deployer.policy_arns
  }
}

output "instance_profile_names" {
  description = "The instance profile of each issuer's role, by its key in the spec."
  value = {
    machines = module.issuer_machines.instance_profile_name
  }
}
