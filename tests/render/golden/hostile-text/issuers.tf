# Written by pcaform from hostile-text.yaml. Do not edit: change that file and render again.

module "issuer_x" {
  source = "./modules/issuer-user"

  user_name = "x"
  policies = {
    p = jsonencode({
      Statement = [
        {
          Sid      = "$${x}"
          Action   = ["a", true, 1, null]
          Resource = "arn:aws:s3:::b/$${aws:username}/*"
        },
      ]
    })
  }
}
