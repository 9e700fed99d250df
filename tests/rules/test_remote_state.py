"""CAs whose ARNs only Terraform reads: what a spec must say of where they are, and what two agree on."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Run
from pcaform.core.problems import Invalid
from pcaform.rules.load import load_specs, load_valid_text, require_all

S3 = {"bucket": "corp-tfstate", "key": "{stack}.tfstate", "region": "eu-west-1"}
ROOT = {"managed": False, "stack": "security/root", "certificate_authority": "root", "key_algorithm": "RSA_2048"}
OTHER = "222222222222"
NO_PLACE = "this does not say where the state of 'security/root' is"


def user(state: dict[str, Any], **above: object) -> dict[str, Any]:
    """Return a spec that uses a CA of another stack, with the place of that one's state."""
    aws = {"region": "eu-west-1", "account_id": "123456789012"}
    cas = {"above": ROOT | above}
    source = state if "ssm_parameter" in state else {"remote_state": state}
    return {"version": 1, "stack": "user", "aws": aws, "references": source, "certificate_authorities": cas}


def owner(**changes: object) -> dict[str, Any]:
    """Return the spec of the other stack."""
    ca = {"type": "ROOT", "subject": {"common_name": "Root"}, "key_algorithm": "RSA_2048"}
    cas = {"root": ca | {"validity": {"type": "YEARS", "value": 20}}}
    backend = {"s3": {"bucket": "corp-tfstate", "key": "security/root.tfstate", "region": "eu-west-1"}}
    aws = {"region": "eu-west-1", "account_id": "123456789012"}
    spec = {"version": 1, "stack": "security/root", "aws": aws, "terraform": {"backend": backend}}
    return spec | {"certificate_authorities": cas} | changes


def parameter(start: str = "/pcaform") -> dict[str, Any]:
    """Return the source of ARNs that stacks write as parameters."""
    return {"ssm_parameter": f"{start}/{{stack}}/{{certificate_authority}}"}


BEHIND = {"region": "us-east-1", "assume_role": {"role_arn": f"arn:aws:iam::{OTHER}:role/pki"}}
TWO = {"again": ROOT | {"stack": "security/other"}}
REFUSED = [
    ({"s3": {"bucket": "b"}}, {}, NO_PLACE),
    ({"s3": S3 | {"bukcet": "b"}}, {}, "unknown argument 'bukcet' (did you mean 'bucket'?)"),
    ({"s3": S3 | {"secret_key": "x"}}, {}, "'secret_key' holds a secret"),
    ({"cloud": {}}, {}, "there is no backend 'cloud', write 'remote'"),
    ({"remote": {"organization": "o", "workspaces": {"prefix": "p-"}}}, {}, "unknown argument 'prefix'"),
    ({"local": {"path": "terraform.tfstate"}}, {}, "the state of 'security/root' would be that of 'user'"),
    ({"s3": S3}, {"account_id": OTHER, "permissions": [{}]}, "'above' is of another account, where ACM cannot be"),
    (parameter(), {"account_id": OTHER}, "that read its parameter are of account 123456789012: give a 'provider'"),
    (parameter(), {"account_id": OTHER, "provider": {"region": "us-east-1"}}, "or use 'lock_file' or 'remote_state'"),
    (parameter(), {"account_id": "333333333333", "provider": BEHIND}, f"are of account {OTHER}"),
    (parameter("/Aws"), {}, "'/Aws/security/root/root' starts as names of AWS: put another level before it"),
    (parameter(""), {"stack": "ssm-pki"}, "'/ssm-pki/root' starts as names of AWS"),
    (parameter("/a" * 13), {}, "/security/root/root' has 16 levels: AWS allows 15"),
]


@pytest.mark.parametrize(("state", "above", "message"), REFUSED)
def test_a_spec_says_where_the_state_is(state: dict[str, Any], above: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid) as refused:
        load_valid_text(yaml.safe_dump(user(state, **above)).encode(), "user.yaml")
    assert message in str(refused.value)


def test_two_stacks_have_two_states() -> None:
    spec = user({"s3": S3 | {"key": "one"}})
    spec["certificate_authorities"] |= TWO
    with pytest.raises(Invalid, match="the state of 'security/other' would be that of 'security/root': write"):
        load_valid_text(yaml.safe_dump(spec).encode(), "user.yaml")


@pytest.mark.parametrize("references", [{}, {"remote_state": {"s3": S3}, "lock_file": "pcaform.lock.json"}])
def test_there_is_one_source(references: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"'references' .*: one of 'lock_file', 'remote_state' and 'ssm_parameter'"):
        load_valid_text(yaml.safe_dump(user({"s3": S3}) | {"references": references}).encode(), "user.yaml")


def test_one_ca_has_one_reference() -> None:
    spec = user({"s3": S3})
    spec["certificate_authorities"] |= {"again": ROOT}
    with pytest.raises(Invalid, match="'above' is the same CA: remove one of the two"):
        load_valid_text(yaml.safe_dump(spec).encode(), "user.yaml")


CLOUD = {"organization": "corp", "workspaces": {"name": "security/root"}}
REMOTE = {"organization": "corp", "workspaces": {"name": "{stack}"}}
TOGETHER = [
    ({"s3": S3}, owner(), ""),
    ({"s3": S3 | {"key": "x/{stack}"}}, owner(), "the place of the state is 's3 corp-tfstate/x/security/root' for"),
    ({"s3": S3}, owner(aws={"region": "eu-west-1", "account_id": OTHER}), f"and '{OTHER}' in the stack"),
    ({"s3": S3}, owner(aws={"region": "eu-west-3", "account_id": "123456789012"}), "region is 'eu-west-1' for this"),
    ({"remote": REMOTE}, owner(terraform={"cloud": CLOUD}), ""),
    ({"local": {"path": "../{stack}/terraform.tfstate"}}, owner(terraform={}), ""),
    ({"local": {"path": "../{stack}.tfstate"}}, owner(terraform={}), "the place of the state is"),
    (parameter(), owner(references=parameter()), ""),
    (
        parameter(),
        owner(),
        "the SSM parameter is '/pcaform/security/root/root' for this reference, and 'not written' in",
    ),
    (parameter(), owner(references=parameter("/x")), "and '/x/security/root/root' in the stack"),
    (
        parameter(),
        owner(references=parameter(), aws={"region": "eu-west-3", "account_id": "123456789012"}),
        "region is",
    ),
]


@pytest.mark.parametrize(("state", "other", "message"), TOGETHER)
def test_two_specs_agree(state: dict[str, Any], other: dict[str, Any], message: str, tmp_path: Path) -> None:
    for spec in (user(state), other):
        (tmp_path / f"{Path(spec['stack']).name}.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    specs = load_specs([str(tmp_path)])
    if not message:
        require_all(specs)
        return
    with pytest.raises(Invalid) as refused:
        require_all(specs)
    assert message in str(refused.value)


def test_an_import_into_it_is_refused(tmp_path: Path, pcaform: Run) -> None:
    (tmp_path / "user.yaml").write_text(yaml.safe_dump(user({"s3": S3})), encoding="utf-8")
    state = {"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "x", "outputs": {}, "resources": []}
    (tmp_path / "state").write_text(json.dumps(state), encoding="utf-8")
    done = pcaform("import", "state", "state", "--into", "user.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "only Terraform reads the ARN of above" in done.stderr
