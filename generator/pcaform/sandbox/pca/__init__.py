"""AWS Private CA in the sandbox: CAs, their certificates, permissions, policies and states."""
