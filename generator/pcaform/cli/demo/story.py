"""The acts of `pcaform demo` in order: the whole loop on the sandbox, and the outage that this tool prevents.

The issuers have their own access keys: AWS's case 1 and case 2. OpenSSL is a second opinion: it makes the request of
case 1 and verifies what the sandbox issued.
"""

import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pcaform.checks.audit.rules.expiry import no_renewal
from pcaform.checks.guard.rules.permissions import permission_destroyed
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec, check_specs
from pcaform.checks.guard.verdict import GuardResult, Level
from pcaform.cli.demo.stack import (
    Stack,
    adopt,
    begin_act,
    import_from_each_source,
    print_skipped,
    require,
    run_pcaform,
    step,
    write_stack,
)
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.core import facts
from pcaform.core.files import packaged_directory
from pcaform.core.problems import Failure, Invalid
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.rules.load import load_valid_text
from pcaform.rules.spec_rules.grants import acm_has_permission
from pcaform.sandbox.server import Sandbox
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.plan_json import read
from pcaform.terraform.resource_types import PERMISSION
from pcaform.terraform.runner import Terraform, TerraformMissing, find_binary

EXAMPLE = "corp-pki.yaml"
_PERMISSION = "      - principal: acm.amazonaws.com # lets ACM renew; without it renewals fail months later\n"
_MANAGED = "    grants:\n      - certificates: managed"
_IGNORED = f"    ignore: [{{rule: {acm_has_permission.id}, reason: the demo shows what happens}}]\n{_MANAGED}"
_PERMISSION_ADDRESS = module_names.resource(module_names.permission("issuing"), PERMISSION)


def create_client(server: Sandbox, user_name: str, service: str) -> Any:
    """Create an access key for an issuer, and return a client of its own that signs calls with it."""
    key = server.client("iam").create_access_key(UserName=user_name)["AccessKey"]
    return server.client(service, access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])


def issue_unmanaged(acm_pca: Any, *, arn: str, region: str, directory: Path) -> str:
    """Issue from a request made with OpenSSL, verify it, and return the certificate's ARN."""
    subject = ["-subj", "/CN=build.corp.example", "-addext", "subjectAltName=DNS:build.corp.example"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(directory / "key.pem")]
    certificate_arn = acm_pca.issue_certificate(
        CertificateAuthorityArn=arn,
        Csr=_openssl("req", "-new", *key, *subject).stdout,
        SigningAlgorithm="SHA256WITHECDSA",
        TemplateArn=facts.template_arn(region, facts.DEFAULT_TEMPLATE),
        Validity={"Type": "DAYS", "Value": 30},
    )["CertificateArn"]
    _verify_chain(directory, acm_pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=certificate_arn))
    return str(certificate_arn)


def try_denied_calls(acm_pca: Any, *, arn: str, other_arn: str, region: str) -> list[str]:
    """Try what an issuer must not do; return what was denied, raise StepFailed where a call is allowed."""
    order = {"Csr": b"-", "SigningAlgorithm": "SHA256WITHECDSA", "Validity": {"Type": "DAYS", "Value": 1}}
    template = facts.template_arn(region, "SubordinateCACertificate_PathLen0/V1")
    own = {"CertificateAuthorityArn": arn}
    attempts: dict[str, tuple[str, dict[str, Any]]] = {
        "issuing from another CA": ("issue_certificate", {"CertificateAuthorityArn": other_arn, **order}),
        "a CA certificate": ("issue_certificate", {**own, **order, "TemplateArn": template}),
        "a permission": ("delete_permission", {**own, "Principal": facts.ACM_PRINCIPAL}),
        "a policy of the CA": ("put_policy", {"ResourceArn": arn, "Policy": "{}"}),
        "deleting the CA": ("delete_certificate_authority", own),
    }
    for title, (method, arguments) in attempts.items():
        try:
            getattr(acm_pca, method)(**arguments)
        except acm_pca.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
        else:
            code = "nothing"
        require(code == "AccessDeniedException", f"{title}: the sandbox answered {code}")
    return [f"denied: {', '.join(attempts)}"]


def request_managed(acm: Any, *, arn: str, user_name: str, directory: Path) -> str:
    """Request a certificate through ACM, tagged as the issuer's own, verify it, and return its ARN."""
    certificate_arn = acm.request_certificate(
        DomainName="www.corp.example",
        CertificateAuthorityArn=arn,
        KeyAlgorithm="EC_prime256v1",
        Tags=[{"Key": ISSUER_TAG, "Value": f"user/{user_name}"}],
    )["CertificateArn"]
    certificate = acm.describe_certificate(CertificateArn=certificate_arn)["Certificate"]
    status, reason = certificate["Status"], certificate.get("FailureReason", "")
    require(status == "ISSUED", f"ACM says {status} {reason}")
    _verify_chain(directory, acm.get_certificate(CertificateArn=certificate_arn))
    return str(certificate_arn)


def _renew_at_once(acm: Any, administrator: Any, certificate_arn: str) -> tuple[str, Any]:
    """Make ACM renew what was exported, as it does before a certificate expires, and daily where that fails.

    Return the serial before, and the certificate after.
    """
    before = acm.describe_certificate(CertificateArn=certificate_arn)["Certificate"]["Serial"]
    administrator.export_certificate(CertificateArn=certificate_arn, Passphrase=secrets.token_hex().encode())
    administrator.renew_certificate(CertificateArn=certificate_arn)
    return before, acm.describe_certificate(CertificateArn=certificate_arn)["Certificate"]


def _verify_chain(directory: Path, issued: Mapping[str, Any]) -> None:
    """Raise StepFailed unless what AWS returned has a certificate that chains to the root that ends its chain."""
    end = "-----END CERTIFICATE-----"
    *middle, root = [f"{part.strip()}\n{end}\n" for part in issued["CertificateChain"].split(end) if part.strip()]
    files = {"leaf.pem": issued["Certificate"], "root.pem": root, "middle.pem": "\n".join(middle)}
    for name, text in files.items():
        (directory / name).write_text(text, encoding="ascii")
    leaf, anchor, untrusted = (str(directory / name) for name in files)
    options = ["-x509_strict", "-CAfile", anchor, *(["-untrusted", untrusted] if middle else [])]
    done = _openssl("verify", *options, leaf)
    require(done.returncode == 0, f"openssl does not verify it: {done.stderr.decode(errors='replace').strip()}")


def _openssl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL)


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
        import_from_each_source(stack, server, spec, text=text)


def check_identity(server: Sandbox, environment: Mapping[str, str]) -> None:
    """Stop unless a child process with this environment reaches the sandbox: nothing may reach a real account."""
    code = "import boto3, json; print(json.dumps(boto3.client('sts').get_caller_identity(), default=str))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode or not server.is_sandbox_identity(json.loads(done.stdout)):
        seen = (done.stdout or done.stderr).strip().splitlines()[-1:]
        raise Failure(f"a child process does not reach the sandbox, nothing was applied: {' '.join(seen)}")


def _issue(stack: Stack, server: Sandbox, spec: Spec, *, text: str, out: Path) -> None:
    if shutil.which("openssl") is None:
        why = "there is no openssl on PATH to make and verify certificates with"
        print_skipped("issuing, renewing and the outage", why)
        return
    arns = stack.outputs()["certificate_authority_arns"]
    arn = arns["issuing"]
    begin_act("Case 1: unmanaged, with acm-pca IssueCertificate")
    with step("the issuer's own key issues from an OpenSSL request; openssl verifies the chain") as notes:
        ci = create_client(server, str(spec.issuers["ci"].user_name), "acm-pca")
        notes.append(issue_unmanaged(ci, arn=arn, region=spec.aws.region, directory=stack.scratch))
    with step("IAM denies the same key everything else") as notes:
        notes.extend(try_denied_calls(ci, arn=arn, other_arn=arns["root"], region=spec.aws.region))
    begin_act("Case 2: managed, with acm RequestCertificate")
    web_user = str(spec.issuers["web"].user_name)
    web = create_client(server, web_user, "acm")
    with step("ACM issues from the CA; openssl verifies the chain") as notes:
        certificate_arn = request_managed(web, arn=arn, user_name=web_user, directory=stack.scratch)
        notes.append(certificate_arn)
    _renew(stack, server, web, certificate_arn=certificate_arn)
    with step("ListPermissions shows all three actions"):
        permissions = server.client("acm-pca").list_permissions(CertificateAuthorityArn=arn)["Permissions"]
        actions = [sorted(permission["Actions"]) for permission in permissions]
        require(actions == [sorted(facts.ALL_PERMISSION_ACTIONS)], f"it shows {actions}")
    _break_and_repair(stack, server, web, certificate_arn=certificate_arn, text=text, out=out)


def _break_and_repair(stack: Stack, server: Sandbox, web: Any, *, certificate_arn: str, text: str, out: Path) -> None:
    begin_act("The outage: the CA's permission for ACM is gone")
    without = text.replace(_PERMISSION, "").replace("    permissions:\n", "")
    with step("pcaform refuses a spec without it") as notes:
        try:
            load_valid_text(without.encode(), EXAMPLE)
        except Invalid as invalid:
            notes.append(str(invalid.problems[0]))
        require(bool(notes), "pcaform accepts a spec whose managed certificates cannot renew")
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
        before, after = _renew_at_once(web, server.client("acm"), certificate_arn)
        reason = after.get("RenewalSummary", {}).get("RenewalStatusReason")
        require(after["Serial"] == before and reason is not None, "the renewal went through without the permission")
        notes.append(f"RenewalStatusReason {reason}")
    with step("pcaform audit finds it, with no spec and no Terraform") as notes:
        notes.append(_audit(stack))
    with step("the permission is put back into the spec"):
        write_stack(text, out, source=EXAMPLE)
    stack.apply("the plan adds exactly the permission; applied", expected={_PERMISSION_ADDRESS: ("create",)})
    _renew(stack, server, web, certificate_arn=certificate_arn)


def _renew(stack: Stack, server: Sandbox, web: Any, *, certificate_arn: str) -> None:
    with step("ACM renews: same ARN, new serial") as notes:
        before, after = _renew_at_once(web, server.client("acm"), certificate_arn)
        require(after["Serial"] != before, f"ACM did not renew: {after.get('RenewalSummary')}")
        _verify_chain(stack.scratch, web.get_certificate(CertificateArn=certificate_arn))
        notes.append(f"{before} -> {after['Serial']}")


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
