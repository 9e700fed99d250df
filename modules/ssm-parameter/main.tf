# SPDX-License-Identifier: Apache-2.0

# The parameter from which other stacks read the ARN of a CA when they are planned. An ARN is no secret: as one it would
# hide what reads it in every plan. One that exists already is never overwritten: the apply fails.

resource "aws_ssm_parameter" "this" {
  # checkov:skip=CKV2_AWS_34: an ARN is not a secret; as one it would hide each policy that has it in every plan
  name           = var.name
  type           = "String"
  insecure_value = var.certificate_authority_arn
}
