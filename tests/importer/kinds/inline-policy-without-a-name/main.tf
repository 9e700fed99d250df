locals {
  ca = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
}

resource "aws_iam_role" "signer" {
  name               = "signer"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}

resource "aws_iam_role_policy" "signer" {
  role   = aws_iam_role.signer.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "acm-pca:IssueCertificate", Resource = local.ca }] })
}

resource "aws_cloudwatch_log_group" "ocsp" {
  name = "/aws/acmpca/ocsp"
}
