"""IAM policies: an evaluator (it knows no CA), the policies that pcaform writes, and one normal form."""
