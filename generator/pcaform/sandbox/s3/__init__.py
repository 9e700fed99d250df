"""S3: moto's, with what it lacks."""
