locals {
  all_actions = ["IssueCertificate", "GetCertificate", "ListPermissions"]
}

resource "aws_acmpca_permission" "complete" {
  certificate_authority_arn = aws_acmpca_certificate_authority_certificate.root["complete"].certificate_authority_arn
  principal                 = "acm.amazonaws.com"
  actions                   = local.all_actions
}

resource "aws_acmpca_permission" "moved" {
  certificate_authority_arn = aws_acmpca_certificate_authority_certificate.root["moved"].certificate_authority_arn
  principal                 = "acm.amazonaws.com"
  actions                   = local.all_actions
  source_account            = "111122223333"
}

resource "aws_acmpca_permission" "trusted" {
  certificate_authority_arn = aws_acmpca_certificate_authority_certificate.root["trusted"].certificate_authority_arn
  principal                 = "acm.amazonaws.com"
  actions                   = ["ListPermissions", "IssueCertificate"]
}

# The account that is the API's default: setting it later changes nothing.
resource "aws_acmpca_permission" "subordinate" {
  certificate_authority_arn = aws_acmpca_certificate_authority_certificate.subordinate.certificate_authority_arn
  principal                 = "acm.amazonaws.com"
  actions                   = local.all_actions
}
