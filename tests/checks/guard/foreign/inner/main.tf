variable "arn" {}
variable "text" {}
data "aws_iam_policy_document" "inner" {
  statement {
    actions   = ["acm-pca:GetCertificate"]
    resources = [var.arn]
  }
}
resource "aws_iam_policy" "inner" {
  name   = "inner"
  policy = data.aws_iam_policy_document.inner.json
}
resource "aws_iam_policy" "passed" {
  name   = "passed"
  policy = var.text
}
output "json" {
  value = data.aws_iam_policy_document.inner.json
}
