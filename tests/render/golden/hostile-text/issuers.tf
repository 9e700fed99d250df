# Written by pcaform from hostile-text.yaml. Do not edit: change that file and render again.

module "issuer_x" {
  source = "./modules/issuer-user"

  user_name = "x"
  policies = {
    p = jsonencode({
      Statement = [
        {
          Sid      = "$${x}"
          Jinja    = "{{ 7 * 7 }} {% raw %} {# #}"
          "\"}"    = "}"
          "$${k}"  = "<<EOT\nEOT"
          Bidi     = "\u202eevil\u202c\u200b\t\r"
          Action   = ["a", true, 1, null]
          Resource = "arn:aws:s3:::b/$${aws:username}/*"
        },
      ]
    })
  }
}
