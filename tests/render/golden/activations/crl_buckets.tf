# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

module "crl_bucket_corp-crl" {
  source = "./modules/crl-bucket"

  bucket     = "corp-crl"
  account_id = "123456789012"
}

module "crl_bucket_lists" {
  source = "./modules/crl-bucket"

  bucket                       = "corp-lists"
  account_id                   = "123456789012"
  cloudfront_distribution_arns = ["arn:aws:cloudfront::123456789012:distribution/E2EXAMPLE"]
  force_destroy                = true
  tags = {
    team = "pki"
  }
}
