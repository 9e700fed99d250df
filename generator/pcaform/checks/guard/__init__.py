"""The guard: finds changes in a Terraform plan, or between two specs, that would break trust at AWS."""
