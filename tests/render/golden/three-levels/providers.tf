# Written by pcaform from three-levels.yaml. Do not edit: change that file and render again.

provider "aws" {
  region              = "us-gov-west-1"
  allowed_account_ids = ["012345678901"]

  assume_role {
    role_arn     = "arn:aws-us-gov:iam::012345678901:role/pki"
    external_id  = "corp"
    session_name = "pcaform"
  }
}
