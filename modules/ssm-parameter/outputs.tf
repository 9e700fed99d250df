# SPDX-License-Identifier: Apache-2.0

output "name" {
  description = "The parameter's name, known once it is written."
  value       = aws_ssm_parameter.this.id
}
