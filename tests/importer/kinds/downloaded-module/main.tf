module "pki" {
  source = "git::https://git.example.net/pki.git?ref=v1"
  name   = "Downloaded"
}
