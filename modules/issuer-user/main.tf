# SPDX-License-Identifier: Apache-2.0

# An IAM user that may issue, and nothing else. Access keys are not made here: their secret would lie in the state.

resource "aws_iam_user" "this" {
  # checkov:skip=CKV_AWS_273: AWS asks for an IAM user: https://docs.aws.amazon.com/privateca/latest/userguide/assign-permissions.html
  name                 = var.user_name
  path                 = var.path
  permissions_boundary = var.permissions_boundary
  force_destroy        = var.force_destroy
  tags                 = var.tags
}

resource "aws_iam_policy" "this" {
  for_each = var.policies

  name        = each.key
  path        = var.policy_path == null ? var.path : var.policy_path
  description = var.policy_description
  policy      = each.value
  tags        = var.policy_tags == null ? var.tags : var.policy_tags
}

resource "aws_iam_user_policy_attachment" "this" {
  # checkov:skip=CKV_AWS_40: the policy is written for this one user; a group would let others in
  for_each = var.policies

  user       = aws_iam_user.this.name
  policy_arn = aws_iam_policy.this[each.key].arn
}
