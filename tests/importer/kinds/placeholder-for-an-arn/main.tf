data "aws_acmpca_certificate_authority" "root" {
  arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/EXAMPLE"
}

resource "aws_rolesanywhere_trust_anchor" "servers" {
  name = "servers"
  source {
    source_type = "AWS_ACM_PCA"
    source_data { acm_pca_arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/12345678-1234-..." }
  }
}

resource "aws_s3_object" "note" {
  bucket  = "notes"
  key     = "cas"
  content = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-55555555555*"
}
