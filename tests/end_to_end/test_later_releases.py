"""Real Terraform over the copies of modules for later releases: a switch to them and back changes no address.

The release that runs here has not the argument that a copy is there for, so that is taken out of call and copy.
"""

import re
from pathlib import Path

import pytest

from end_to_end.fixtures import started
from terraform_steps import init_once, remaining_changes

pytestmark = pytest.mark.terraform

CRL = """certificate_authorities:
  root:
    type: ROOT
    subject: {{common_name: Root}}
    key_algorithm: EC_prime256v1
    validity: {{type: YEARS, value: 20}}
    deletion_protection: {protected}
    revocation_configuration:
      crl_configuration: {{enabled: true, s3_bucket_name: lists, expiration_in_days: 7, custom_cname: c.example{path}}}
"""
LATER, VERSION = re.compile(r"^ *custom_path .*\n", re.MULTILINE), re.compile(r'">= 6[^"]+"')


def test_the_copy_of_a_later_release_changes_nothing(tmp_path: Path) -> None:
    """Its unprotected copy at once: then both differ from what was applied."""
    with started(tmp_path) as stack:
        place = {"LocationConstraint": "eu-west-1"}
        stack.server.client("s3").create_bucket(Bucket="lists", CreateBucketConfiguration=place)
        stack.apply_without_plan(CRL.format(protected="true", path=""))
        stack.restore(CRL.format(protected="false", path=", custom_path: a/b"))
        calls = (stack.terraform.directory / "certificate_authorities.tf").read_text(encoding="utf-8")
        assert '"./modules/private-ca-aws-6-33-unprotected"' in calls
        for path in stack.terraform.directory.rglob("*.tf"):
            if ".terraform" not in path.parts:
                text = VERSION.sub('">= 5.100.0"', LATER.sub("", path.read_text(encoding="utf-8")))
                path.write_text(text, encoding="utf-8")
        init_once(stack.terraform)
        assert remaining_changes(stack.terraform, stack.home / "tfplan") == {}
