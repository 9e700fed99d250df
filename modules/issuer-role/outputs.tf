# SPDX-License-Identifier: Apache-2.0

output "arn" {
  description = "The role's ARN."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "The role's name."
  value       = aws_iam_role.this.name
}

output "instance_profile_arn" {
  description = "The ARN of the instance profile, null where none was asked for."
  value       = one(aws_iam_instance_profile.this[*].arn)
}

output "instance_profile_name" {
  description = "The name of the instance profile, null where none was asked for."
  value       = one(aws_iam_instance_profile.this[*].name)
}

output "policy_arns" {
  description = "The ARN of each policy, by its name."
  value       = { for name, policy in aws_iam_policy.this : name => policy.arn }
}
