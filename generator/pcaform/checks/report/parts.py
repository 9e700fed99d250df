"""What a page is made of: a part for each spec, account or saved result, and what each of them has to say."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pcaform.checks.access.check import AccessReport
from pcaform.checks.access.stack import check_spec_access
from pcaform.checks.audit.rule import Audit, Cost, End, Usage, monthly_price
from pcaform.checks.drift.difference import Drift
from pcaform.checks.guard.verdict import GuardResult
from pcaform.core import x509
from pcaform.core.finding import Finding
from pcaform.core.formats.text import count, day
from pcaform.core.grouping import grouped
from pcaform.core.problems import Failure
from pcaform.render.graph import Graph, Node, build_graph, describe_validity
from pcaform.sources.account_snapshot import CERTIFIED, GONE, AccountSnapshot, CaStatus
from pcaform.sources.inventory import ImportNote
from pcaform.spec.cas import RELATIVE_TYPES, CertificateAuthority, OfflineActivation, compute_end
from pcaform.spec.stack import Spec


@dataclass(frozen=True, slots=True)
class Part:
    """What one source says.

    `undated` are CAs and certificates whose end is not known, with ARN and reason; `found` has the command of each
    finding, `accepted` the reason of a waiver.
    """

    name: str
    facts: str
    moment: datetime | None = None
    regions: tuple[str, ...] = ()
    graph: Graph | None = None
    ends: tuple[End, ...] = ()
    undated: tuple[tuple[str, str, str], ...] = ()
    access: AccessReport | None = None
    found: tuple[tuple[str, Finding], ...] = ()
    accepted: tuple[tuple[Finding, str], ...] = ()
    costs: tuple[Cost, ...] = ()
    usage: tuple[Usage, ...] = ()
    not_shown: str = ""


def part_of_spec(spec: Spec, problems: Iterable[Finding], file: str) -> Part:
    """Return what a valid spec says, with its warnings, and the access that its policies give."""
    ends, undated, costs = list[End](), list[tuple[str, str, str]](), list[Cost]()
    access, found = None, [("validate", each) for each in problems]
    try:
        access = check_spec_access(spec)
        found += [("access", each) for each in access.findings]
    except Failure as failure:  # a policy that cannot be judged
        found.append(("access", ImportNote("unknown", f"stack {spec.stack}", str(failure))))
    for key, ca in spec.managed.items():
        name, arn, status = ca.subject.common_name or key, ca.arn or "", "in the spec" if ca.enabled else "DISABLED"
        costs.append(Cost(name, arn, status, ca.usage_mode, monthly_price(ca.usage_mode, spec.region_of(key))))
        if end := _find_end(ca):
            ends.append(End("CA", name, arn, status, end))
        else:
            duration = describe_validity(ca.validity)
            undated.append((f"CA {name}", arn, f"{duration} after it is issued" if duration else "not in the spec"))
    managed = spec.certificates.values()
    undated += [(f"certificate {each.domain_name}", each.arn or "", "ACM renews it") for each in managed]
    return Part(
        f"stack {spec.stack}",
        f"{file}, for account {spec.aws.account_id}",
        regions=tuple(dict.fromkeys([spec.aws.region, *map(spec.region_of, spec.certificate_authorities)])),
        graph=build_graph(spec),
        ends=tuple(ends),
        undated=tuple(undated),
        access=access,
        found=tuple(found),
        costs=tuple(costs),
        not_shown=access.not_shown if access else "",
    )


def _find_end(ca: CertificateAuthority) -> datetime | None:
    """Return when a CA's certificate ends, if the spec says it whenever the certificate is issued."""
    if isinstance(ca.activation, OfflineActivation):
        return next((each.not_valid_after_utc for each in x509.parse_or_none(ca.activation.certificate)), None)
    if ca.validity is None or ca.validity.type in RELATIVE_TYPES:
        return None
    return compute_end(ca.validity, datetime.now(UTC))


def part_of_audit(audit: Audit, file: str = "") -> Part:
    """Return what an audit says."""
    dated = {end.arn for end in audit.ends}
    return Part(
        f"account {audit.account_id}" if audit.account_id else count(len(audit.accounts), "account"),
        f"{file or 'read from AWS'}: {audit.authorities} CAs, {audit.certificates} managed certificates",
        audit.moment,
        audit.regions,
        ends=audit.ends,
        undated=tuple((f"CA {each.name}", each.arn, each.status) for each in audit.costs if each.arn not in dated),
        found=tuple(("audit", each) for each in (*audit.findings, *audit.unknown)),
        costs=audit.costs,
        usage=audit.usage,
        not_shown=audit.not_shown,
    )


def part_of_drift(drift: Drift, file: str) -> Part:
    """Return what a comparison of a spec with its account says."""
    facts = f"{file}: {drift.compared} things compared with account {drift.account_id}"
    return Part(f"stack {drift.stack}", facts, found=tuple(("drift", each) for each in drift.differences))


def part_of_guard(result: GuardResult, file: str) -> Part:
    """Return what a check of a plan says; what is waived or only noted is accepted."""
    waived = ((each.finding, f"waived until {each.until}: {each.why}") for each in result.waived)
    accepted = (*waived, *((each, "") for each in result.notes))
    found = tuple(("guard", each) for each in (*result.findings, *result.doubts))
    return Part(f"change {file}", f"{file}: {len(found)} findings", found=found, accepted=accepted)


def part_of_access(report: AccessReport, file: str) -> Part:
    """Return what a check of the policies of an account or a stack says."""
    found = tuple(("access", each) for each in (*report.findings, *report.unknown))
    return Part(f"access in {file}", file, access=report, found=found, not_shown=report.not_shown)


SAVED: Mapping[str, tuple[type, Callable[..., Part]]] = {
    "audit": (Audit, part_of_audit),
    "drift": (Drift, part_of_drift),
    "guard": (GuardResult, part_of_guard),
}


def part_of_account(audit: Audit, access: AccessReport, snapshot: AccountSnapshot) -> Part:
    """Return what an account says that was read now, with its hierarchy."""
    return replace(part_of_audit(audit), access=access, graph=build_account_graph(snapshot))


def build_account_graph(snapshot: AccountSnapshot) -> Graph:
    """Return which CA of an account signed which, by their certificates: names, key identifiers and signature."""
    cas = {ca.arn: ca for ca in snapshot.authorities if ca.status not in GONE}
    own = {arn: next(x509.parse_or_none(ca.certificate), None) for arn, ca in cas.items()}
    by_name = grouped((each.subject.rfc4514_string(), (arn, each)) for arn, each in own.items() if each is not None)
    numbers = Counter(each.authority for each in snapshot.certificates)
    edges, nodes = [], {}
    for arn, ca in cas.items():
        certificate, above = own[arn], ""
        if certificate is not None and certificate.issuer != certificate.subject:
            issuer = certificate.issuer.rfc4514_string()
            signers = [each for each, above in by_name.get(issuer, ()) if x509.is_signed_by(certificate, above)]
            edges += [(signer, arn, "signs") for signer in signers[:1]]
            above = "" if signers else f"signed by {issuer}, which is not among these CAs"
        elif certificate is None and ca.status in CERTIFIED:
            above = "its certificate was not read"
        nodes[arn] = Node(arn, tuple(filter(None, (*_describe(ca, numbers[arn]), above))), "CA")
    return Graph(f"account {snapshot.account_id}", nodes, tuple(edges))


def _describe(ca: CaStatus, certificates: int) -> Iterator[str]:
    (configuration,) = ca.arguments["certificate_authority_configuration"]
    yield from (ca.name, str(ca.arguments["type"]), str(configuration["key_algorithm"]), ca.region)
    yield f"until {day(ca.ends)}" if ca.ends else ""
    yield "of another account" if ca.is_foreign else ""
    yield ca.status if ca.status != "ACTIVE" else ""
    yield count(certificates, "managed certificate") if certificates else ""
