resource "aws_acmpca_permission" "trusted" {
  actions = local.all_actions
}

resource "aws_acmpca_permission" "subordinate" {
  source_account = "111122223333"
}

locals {
  partner = { trusted = "777788889999", moved = "444455556666" }
}
