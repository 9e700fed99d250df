"""A spec -> what the pipelines that plan and apply its stack must be allowed, and no more."""
