resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Root" }
  }
}

resource "aws_acmpca_certificate" "root" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = aws_acmpca_certificate_authority.root.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity {
    type  = "YEARS"
    value = 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "root" {
  certificate_authority_arn = aws_acmpca_certificate_authority.root.arn
  certificate               = aws_acmpca_certificate.root.certificate
}

resource "aws_iam_user" "signer" { name = "signer" }

resource "aws_iam_policy" "sign" {
  name   = "sign"
  policy = <<-POLICY
    {"Version": "2012-10-17", "Statement": [{"Sid": "Sign", "Effect": "Allow",
     "Action": ["acm-pca:IssueCertificate", "acm-pca:GetCertificate"],
     "Resource": "${aws_acmpca_certificate_authority.root.arn}"}]}
  POLICY
}

resource "aws_iam_policy_attachment" "sign" {
  name       = "sign"
  users      = [aws_iam_user.signer.name]
  policy_arn = aws_iam_policy.sign.arn
}
