"""A local AWS with Private CA, ACM, IAM, STS and S3; moto is imported only when `server.Sandbox` starts."""
