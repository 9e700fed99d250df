"""Takes over resources that Terraform cannot import: adds state entries, proves them in a scratch copy, then pushes."""
