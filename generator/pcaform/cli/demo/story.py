"""The acts of `pcaform demo` in order: the whole loop on the sandbox, and the outage that this tool prevents."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pcaform.checks.audit.rules.renewals import no_renewal
from pcaform.cli.demo import guard_act, import_act, issue_act, openssl
from pcaform.cli.demo.adopt_act import adopt
from pcaform.cli.demo.commands import pcaform
from pcaform.cli.demo.stack import Stack, open_stack, write_stack
from pcaform.cli.demo.steps import act, holds, left_out, step
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.core import assets, facts
from pcaform.core.problems import Failure, Invalid
from pcaform.rules.load import load_valid_text
from pcaform.rules.spec_rules.grants import acm_has_permission
from pcaform.sandbox.server import Sandbox
from pcaform.spec.stack import Spec
from pcaform.terraform.runner import TerraformMissing

EXAMPLE = "corp-pki.yaml"
_PERMISSION = "      - principal: acm.amazonaws.com # lets ACM renew; without it renewals fail months later\n"
_MANAGED = "    grants:\n      - certificates: managed"
_INSISTED = f"    ignore: [{{rule: {acm_has_permission.id}, reason: the demo shows what happens}}]\n{_MANAGED}"
_REFUSED = "permission-destroyed"
_PERMISSION_ADDRESS = "module.acm_permission_issuing.aws_acmpca_permission.this"


def play(out: Path, scratch: Path) -> None:
    """Play all acts with the stack below `out`; raises Failure where a step does not show what it should."""
    text = (assets.directory("examples") / EXAMPLE).read_text(encoding="utf-8")
    act("From a spec to Terraform")
    with step(f"pcaform render examples/{EXAMPLE}") as notes:
        spec = write_stack(text, out, source=EXAMPLE)
        notes.append(f"{len(spec.certificate_authorities)} CAs, {len(spec.issuers)} issuers -> {out / spec.stack}")
    with open_sandbox(account_id=spec.aws.account_id, region=spec.aws.region, iam=True) as (server, environment):
        try:
            stack = open_stack(spec, out, environment=environment, scratch=scratch)
        except TerraformMissing as missing:
            left_out("all that needs Terraform", str(missing))
            return
        act("On a local AWS")
        with step("every call goes to the sandbox"):
            check_identity(server, environment)
        stack.make(server, spec)
        _issue(stack, server, spec, text=text, out=out)
        adopt(stack, server)
        act("And back, from three sources")
        import_act.give_the_spec_back(stack, server, spec, text=text)


def check_identity(server: Sandbox, environment: Mapping[str, str]) -> None:
    """Stop unless a child with this environment is who the sandbox says it is: nothing may reach a real account."""
    ask = "import boto3, json; print(json.dumps(boto3.client('sts').get_caller_identity(), default=str))"
    command = [sys.executable, "-c", ask]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode or not server.is_sandbox_identity(json.loads(done.stdout)):
        seen = (done.stdout or done.stderr).strip().splitlines()[-1:]
        raise Failure(f"a child process does not reach the sandbox, nothing was applied: {' '.join(seen)}")


def _issue(stack: Stack, server: Sandbox, spec: Spec, *, text: str, out: Path) -> None:
    if not openssl.is_installed():
        left_out(
            "issuing, renewing and the outage",
            "there is no openssl on PATH to make and verify certificates with",
        )
        return
    arns = stack.outputs()["certificate_authority_arns"]
    arn = arns["issuing"]
    act("Case 1: unmanaged, with acm-pca IssueCertificate")
    with step("the issuer's own key issues from an OpenSSL request; openssl verifies the chain") as notes:
        ci = issue_act.with_own_key(server, str(spec.issuers["ci"].user_name))
        notes.append(issue_act.unmanaged(ci, arn=arn, region=spec.aws.region, directory=stack.scratch))
    with step("IAM denies the same key everything else") as notes:
        notes.extend(issue_act.denials(ci, arn=arn, other_arn=arns["root"], region=spec.aws.region))
    act("Case 2: managed, with acm RequestCertificate")
    web_user = str(spec.issuers["web"].user_name)
    web = issue_act.with_own_key(server, web_user)
    with step("ACM issues from the CA; openssl verifies the chain") as notes:
        certificate_arn = issue_act.managed(web, arn=arn, user_name=web_user, directory=stack.scratch)
        notes.append(certificate_arn)
    _renew(stack, server, web, certificate_arn=certificate_arn)
    with step("ListPermissions shows all three actions"):
        listed = server.client("acm-pca").list_permissions(CertificateAuthorityArn=arn)["Permissions"]
        actions = [sorted(permission["Actions"]) for permission in listed]
        holds(actions == [sorted(facts.ALL_PERMISSION_ACTIONS)], f"it shows {actions}")
    _break_and_mend(stack, server, web, certificate_arn=certificate_arn, text=text, out=out)


def _break_and_mend(
    stack: Stack, server: Sandbox, web: issue_act.Issuer, *, certificate_arn: str, text: str, out: Path
) -> None:
    act("The outage: the CA's permission for ACM is gone")
    without = text.replace(_PERMISSION, "").replace("    permissions:\n", "")
    with step("pcaform refuses a spec without it") as notes:
        notes.append(_refusal(without))
    insisted = text.replace(f"    permissions:\n{_PERMISSION}", "    permissions: []\n").replace(_MANAGED, _INSISTED)
    with step("a person insists, with a reason; rendered again"):
        spec = write_stack(insisted, out, source=EXAMPLE)
    guard_act.refuse_specs(load_valid_text(text.encode(), EXAMPLE), spec, rule=_REFUSED)
    guard_act.refuse_plan(stack, spec, rule=_REFUSED)
    stack.apply(
        "the person insists again: the plan removes exactly the permission; applied",
        expected={_PERMISSION_ADDRESS: ("delete",)},
    )
    with step("now ACM's renewal fails, and the certificate will run out") as notes:
        reason = issue_act.refused_renewal(web, server.client("acm"), certificate_arn=certificate_arn)
        notes.append(f"RenewalStatusReason {reason}")
    with step("pcaform audit finds it, with no spec and no Terraform") as notes:
        notes.append(_audited(stack))
    with step("the permission is put back into the spec"):
        write_stack(text, out, source=EXAMPLE)
    stack.apply("the plan adds exactly the permission; applied", expected={_PERMISSION_ADDRESS: ("create",)})
    _renew(stack, server, web, certificate_arn=certificate_arn)


def _renew(stack: Stack, server: Sandbox, web: issue_act.Issuer, *, certificate_arn: str) -> None:
    with step("ACM renews: same ARN, new serial") as notes:
        before, after = issue_act.renewed(
            web, server.client("acm"), certificate_arn=certificate_arn, directory=stack.scratch
        )
        notes.append(f"{before} -> {after}")


def _refusal(text: str) -> str:
    try:
        load_valid_text(text.encode(), EXAMPLE)
    except Invalid as invalid:
        return str(invalid.problems[0])
    raise Failure("pcaform took a spec whose managed certificates cannot renew")


def _audited(stack: Stack) -> str:
    """Return what the audit says of renewals that will fail; it is about the one CA."""
    environment = stack.terraform.environment
    printed = pcaform("audit", "--format", "json", environment=environment, directory=stack.scratch, code=2)
    found = [
        f"{each['subject']}: {each['message']}"
        for each in json.loads(printed)["findings"]
        if each["rule"] == no_renewal.id
    ]
    holds(len(found) == 1, f"it finds {found}")
    return f"{no_renewal.id}: {found[0]}"
