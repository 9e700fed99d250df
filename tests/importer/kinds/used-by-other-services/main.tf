resource "aws_rolesanywhere_trust_anchor" "servers" {
  name = "servers"
  source {
    source_type = "AWS_ACM_PCA"
    source_data {
      acm_pca_arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
    }
  }
}

resource "aws_msk_cluster" "events" {
  cluster_name           = "events"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 3
  broker_node_group_info {
    instance_type   = "kafka.m5.large"
    client_subnets  = ["subnet-1", "subnet-2", "subnet-3"]
    security_groups = ["sg-1"]
  }
  client_authentication {
    tls {
      certificate_authority_arns = ["arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/22222222-2222-3333-4444-555555555555"]
    }
  }
}
