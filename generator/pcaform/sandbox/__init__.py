"""A local AWS that behaves like Private CA and ACM; nothing is imported until `server.Sandbox` starts."""
