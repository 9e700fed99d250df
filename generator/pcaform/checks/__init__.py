"""What is judged: a plan or two specs (guard), policies (access), an account (audit), a spec against one (drift)."""
