"""The acts of `pcaform demo` in order: the whole loop on the sandbox, and the outage that this tool prevents."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pcaform.checks.audit.rules.expiry import no_renewal
from pcaform.checks.guard.plan_json import read
from pcaform.checks.guard.rules.permissions import permission_destroyed
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec, check_specs
from pcaform.checks.guard.verdict import GuardResult, Level
from pcaform.cli.demo import import_act, issue_act
from pcaform.cli.demo.import_act import adopt
from pcaform.cli.demo.stack import Stack, begin_act, print_skipped, require, run_pcaform, step, write_stack
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.core import facts
from pcaform.core.files import packaged_directory
from pcaform.core.problems import Failure, Invalid
from pcaform.rules.load import load_valid_text
from pcaform.rules.spec_rules.grants import acm_has_permission
from pcaform.sandbox.server import Sandbox
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import PERMISSION
from pcaform.terraform.runner import Terraform, TerraformMissing, find_binary

EXAMPLE = "corp-pki.yaml"
_PERMISSION = "      - principal: acm.amazonaws.com # lets ACM renew; without it renewals fail months later\n"
_MANAGED = "    grants:\n      - certificates: managed"
_IGNORED = f"    ignore: [{{rule: {acm_has_permission.id}, reason: the demo shows what happens}}]\n{_MANAGED}"
_PERMISSION_ADDRESS = module_names.resource(module_names.permission("issuing"), PERMISSION)


def play(out: Path, scratch: Path) -> None:
    """Play all acts with the stack below `out`; raises Failure where a step does not show what it should."""
    text = (packaged_directory("examples") / EXAMPLE).read_text(encoding="utf-8")
    begin_act("From a spec to Terraform")
    with step(f"pcaform render examples/{EXAMPLE}") as notes:
        spec = write_stack(text, out, source=EXAMPLE)
        notes.append(f"{len(spec.certificate_authorities)} CAs, {len(spec.issuers)} issuers -> {out / spec.stack}")
    with open_sandbox(account_id=spec.aws.account_id, region=spec.aws.region, iam=True) as (server, environment):
        try:
            stack = Stack(Terraform(find_binary(environment), out / spec.stack, environment), scratch)
        except TerraformMissing as missing:
            print_skipped("all steps that need Terraform", str(missing))
            return
        begin_act("On a local AWS")
        with step("every call goes to the sandbox"):
            check_identity(server, environment)
        stack.create(server, spec)
        _issue(stack, server, spec, text=text, out=out)
        adopt(stack, server)
        begin_act("And back, from three sources")
        import_act.import_from_each_source(stack, server, spec, text=text)


def check_identity(server: Sandbox, environment: Mapping[str, str]) -> None:
    """Stop unless a child process with this environment reaches the sandbox: nothing may reach a real account."""
    code = "import boto3, json; print(json.dumps(boto3.client('sts').get_caller_identity(), default=str))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode or not server.is_sandbox_identity(json.loads(done.stdout)):
        seen = (done.stdout or done.stderr).strip().splitlines()[-1:]
        raise Failure(f"a child process does not reach the sandbox, nothing was applied: {' '.join(seen)}")


def _issue(stack: Stack, server: Sandbox, spec: Spec, *, text: str, out: Path) -> None:
    if not issue_act.has_openssl():
        why = "there is no openssl on PATH to make and verify certificates with"
        print_skipped("issuing, renewing and the outage", why)
        return
    arns = stack.outputs()["certificate_authority_arns"]
    arn = arns["issuing"]
    begin_act("Case 1: unmanaged, with acm-pca IssueCertificate")
    with step("the issuer's own key issues from an OpenSSL request; openssl verifies the chain") as notes:
        ci = issue_act.create_issuer(server, str(spec.issuers["ci"].user_name))
        notes.append(issue_act.issue_unmanaged(ci, arn=arn, region=spec.aws.region, directory=stack.scratch))
    with step("IAM denies the same key everything else") as notes:
        notes.extend(issue_act.try_denied_calls(ci, arn=arn, other_arn=arns["root"], region=spec.aws.region))
    begin_act("Case 2: managed, with acm RequestCertificate")
    web_user = str(spec.issuers["web"].user_name)
    web = issue_act.create_issuer(server, web_user)
    with step("ACM issues from the CA; openssl verifies the chain") as notes:
        certificate_arn = issue_act.request_managed(web, arn=arn, user_name=web_user, directory=stack.scratch)
        notes.append(certificate_arn)
    _renew(stack, server, web, certificate_arn=certificate_arn)
    with step("ListPermissions shows all three actions"):
        permissions = server.client("acm-pca").list_permissions(CertificateAuthorityArn=arn)["Permissions"]
        actions = [sorted(permission["Actions"]) for permission in permissions]
        require(actions == [sorted(facts.ALL_PERMISSION_ACTIONS)], f"it shows {actions}")
    _break_and_repair(stack, server, web, certificate_arn=certificate_arn, text=text, out=out)


def _break_and_repair(
    stack: Stack, server: Sandbox, web: issue_act.Issuer, *, certificate_arn: str, text: str, out: Path
) -> None:
    begin_act("The outage: the CA's permission for ACM is gone")
    without = text.replace(_PERMISSION, "").replace("    permissions:\n", "")
    with step("pcaform refuses a spec without it") as notes:
        notes.append(_require_refusal(without))
    ignored = text.replace(f"    permissions:\n{_PERMISSION}", "    permissions: []\n").replace(_MANAGED, _IGNORED)
    with step("the rule is ignored with a reason; rendered again"):
        spec = write_stack(ignored, out, source=EXAMPLE)
    with step("pcaform guard --spec refuses the change, with no plan and no credentials") as notes:
        notes.append(_require_guard(check_specs(load_valid_text(text.encode(), EXAMPLE), spec)))
    with step("pcaform guard refuses Terraform's plan of it") as notes:
        planned = json.dumps(stack.terraform.plan(stack.scratch / "guarded.tfplan"))
        notes.append(_require_guard(check_plan_with_spec(read(planned.encode(), "the plan"), spec)))
    stack.apply(
        "applied all the same: the plan removes exactly the permission", expected={_PERMISSION_ADDRESS: ("delete",)}
    )
    with step("now ACM's renewal fails, and the certificate will expire") as notes:
        reason = issue_act.renew_without_permission(web, server.client("acm"), certificate_arn=certificate_arn)
        notes.append(f"RenewalStatusReason {reason}")
    with step("pcaform audit finds it, with no spec and no Terraform") as notes:
        notes.append(_audit(stack))
    with step("the permission is put back into the spec"):
        write_stack(text, out, source=EXAMPLE)
    stack.apply("the plan adds exactly the permission; applied", expected={_PERMISSION_ADDRESS: ("create",)})
    _renew(stack, server, web, certificate_arn=certificate_arn)


def _renew(stack: Stack, server: Sandbox, web: issue_act.Issuer, *, certificate_arn: str) -> None:
    with step("ACM renews: same ARN, new serial") as notes:
        before, after = issue_act.renew(
            web, server.client("acm"), certificate_arn=certificate_arn, directory=stack.scratch
        )
        notes.append(f"{before} -> {after}")


def _require_refusal(text: str) -> str:
    try:
        load_valid_text(text.encode(), EXAMPLE)
    except Invalid as invalid:
        return str(invalid.problems[0])
    raise Failure("pcaform accepts a spec whose managed certificates cannot renew")


def _require_guard(result: GuardResult) -> str:
    """Return what the guard says to the change that breaks trust; it must be exactly that."""
    findings = [finding for finding in result.findings if finding.level is Level.BREAKS_TRUST]
    rules = [finding.rule for finding in findings]
    require(rules == [permission_destroyed.id], f"it finds {rules}, expected ['{permission_destroyed.id}']")
    return f"{findings[0].rule}: {findings[0].message}"


def _audit(stack: Stack) -> str:
    """Return the audit's finding on renewals that will fail; there must be exactly one."""
    environment = stack.terraform.environment
    printed = run_pcaform("audit", "--format", "json", environment=environment, directory=stack.scratch, code=2)
    findings = [
        f"{finding['subject']}: {finding['message']}"
        for finding in json.loads(printed)["findings"]
        if finding["rule"] == no_renewal.id
    ]
    require(len(findings) == 1, f"it finds {findings}")
    return f"{no_renewal.id}: {findings[0]}"
