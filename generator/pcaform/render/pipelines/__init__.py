"""A spec -> least-privilege policies for the pipelines that plan and apply its stack."""
