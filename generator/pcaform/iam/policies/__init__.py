"""The IAM and resource policies that pcaform writes, each built from the spec in one place."""
