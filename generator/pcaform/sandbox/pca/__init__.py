"""AWS Private CA in the sandbox: CAs, their certificates, permissions, resource policies and states."""
