data "aws_acmpca_certificate_authority" "complete" {
  arn = aws_acmpca_certificate_authority_certificate.root["complete"].certificate_authority_arn
}

data "aws_acmpca_certificate_authority" "minimal" {
  arn = aws_acmpca_certificate_authority.minimal.arn
}

data "aws_acmpca_certificate" "leaf" {
  arn                       = aws_acmpca_certificate.validity["DAYS"].arn
  certificate_authority_arn = aws_acmpca_certificate.validity["DAYS"].certificate_authority_arn
}

data "aws_acm_certificate" "complete" {
  domain    = aws_acm_certificate.complete.domain_name
  types     = ["PRIVATE"]
  statuses  = ["ISSUED"]
  key_types = ["RSA_2048"]
}
