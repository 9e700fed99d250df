"""IAM policies: a general evaluator, the policies that pcaform writes, and a normal form for comparison."""
