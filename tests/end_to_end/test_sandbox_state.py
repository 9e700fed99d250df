"""A sandbox that was stopped and started again: Terraform finds everything as it left it."""

from pathlib import Path

import pytest

from end_to_end.fixtures import started

pytestmark = pytest.mark.terraform
SPEC = """\
certificate_authorities:
  root: {type: ROOT, subject: {common_name: Root}, validity: {type: YEARS, value: 20}}
  issuing:
    type: SUBORDINATE
    parent: root
    subject: {common_name: Issuing}
    validity: {type: YEARS, value: 5}
    permissions: [{principal: acm.amazonaws.com}]
    revocation_configuration:
      crl_configuration: {enabled: true, s3_bucket_name: kept, expiration_in_days: 7, custom_cname: a.cloudfront.net}
crl_buckets: {kept: {distribution: {}}}
certificates: {web: {certificate_authority: issuing, domain_name: web.example, key_algorithm: EC_prime256v1}}
shares: {issuing: {accounts: ["210987654321"]}}
issuers: {ci: {grants: [{certificates: unmanaged, certificate_authorities: [issuing]}]}}
"""


def test_a_plan_after_a_restart_is_empty(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.state"
    with started(tmp_path, state=state) as stack:
        stack.apply_without_plan(SPEC)
    with started(tmp_path, state=state) as stack:
        assert stack.remaining_changes(SPEC) == {}
