"""Two stacks, of which one names a CA of the other, as a user writes them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from checks.guard.git_histories import Repository

ROOT = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
OTHER = ROOT.replace("5555", "6666")
BASE = """\
version: 1
aws: {account_id: "123456789012", region: eu-west-1}
references: {lock_file: pcaform.lock.json}
"""
SECURITY = """\
extends: ../base.yaml
stack: security
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    key_algorithm: RSA_4096
    validity: {type: YEARS, value: 20}
"""
WEB = """\
extends: ../base.yaml
stack: apps/web
certificate_authorities:
  root: {managed: false, stack: security, certificate_authority: root}
  web:
    type: SUBORDINATE
    parent: root
    subject: {common_name: Web}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 5}
issuers:
  ci: {grants: [{certificates: unmanaged, certificate_authorities: [root]}]}
"""
OUTPUTS = {"certificate_authority_arns": {"value": {"root": ROOT}}}


def locked(**cas: Any) -> str:
    return json.dumps({"version": 1, "stacks": {"security": cas}}, indent=2) + "\n"


LOCKED = locked(root={"arn": ROOT, "key_algorithm": "RSA_4096"})


def write_fleet(home: Path) -> Repository:
    """Write a base, the specs of two stacks, and a lock file."""
    repository = Repository(home)
    files = {"base.yaml": BASE, "specs/security.yaml": SECURITY, "specs/web.yaml": WEB, "pcaform.lock.json": LOCKED}
    for name, text in files.items():
        repository.write(name, text)
    return repository


def change(name: str, old: str, new: str) -> Callable[[Repository], Any]:
    def edit(repository: Repository) -> None:
        text = (repository.home / name).read_text(encoding="utf-8")
        assert old in text
        repository.write(name, text.replace(old, new))

    return edit
