# Whatever the argument and the kind of resource, an ARN that is known names a CA; each CA is in the spec once.
locals { ca = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555" }

resource "awscc_pcaconnectorscep_connector" "phones" { certificate_authority_arn = local.ca }

resource "aws_pcaconnectorad_connector" "desktops" {
  certificate_authority_arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/22222222-2222-3333-4444-555555555555"
}

resource "aws_appmesh_virtual_node" "app" {
  name      = "app"
  mesh_name = "mesh"
  spec {
    backend_defaults {
      client_policy {
        tls {
          validation {
            trust {
              acm { certificate_authority_arns = [local.ca, "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/33333333-2222-3333-4444-555555555555"] }
            }
          }
        }
      }
    }
  }
}

resource "aws_ssm_parameter" "ca" {
  for_each = { blue = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/44444444-2222-3333-4444-555555555555" }
  name     = each.key
  type     = "String"
  value    = each.value
}

resource "aws_iam_policy" "reader" {
  name   = "reader"
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "acm-pca:GetCertificate", Resource = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/55555555-2222-3333-4444-555555555555" },
  ] })
}

resource "aws_rolesanywhere_trust_anchor" "none" {
  count = 0
  name  = "none"
  source {
    source_type = "AWS_ACM_PCA"
    source_data { acm_pca_arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/66666666-2222-3333-4444-555555555555" }
  }
}
