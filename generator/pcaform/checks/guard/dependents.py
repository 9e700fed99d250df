"""What other stacks have of a stack's CAs: named under each finding about one of these."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pcaform.checks.guard.verdict import GuardFinding, GuardResult
from pcaform.core.grouping import grouped
from pcaform.render.history import list_calls
from pcaform.render.manifest import AUTHORITIES
from pcaform.spec.cas import Reference
from pcaform.spec.stack import Spec

Users = Mapping[str, Sequence[tuple[int, Spec]]]
"""Specs, numbered, by each stack and ARN that they refer to."""


def index_users(specs: Iterable[Spec]) -> Users:
    """Return specs by what they refer to, so that those of one stack are found among many."""
    return grouped(
        (name, (number, spec))
        for number, spec in enumerate(specs)
        for ca in spec.certificate_authorities.values()
        if isinstance(ca, Reference)
        for name in (ca.stack, ca.arn)
        if name
    )


def add_dependents(result: GuardResult, spec: Spec, index: Users) -> GuardResult:
    """Return the result with what other stacks have of the CAs, at findings about a CA and about the whole stack."""
    names = (spec.stack, *(ca.arn for ca in spec.managed.values() if ca.arn))
    found = dict(pair for name in names for pair in index.get(name, ()))
    others = (found[number] for number in sorted(found) if found[number].stack != spec.stack)
    users = grouped(pair for other in others for pair in _list_users(spec, other))
    generations = {key: ca.generation for key, ca in spec.managed.items()}
    calls = {call: key for key in users for call in list_calls(AUTHORITIES, key, generation=generations.get(key, 1))}

    def add(finding: GuardFinding) -> GuardFinding:
        call = finding.address.removeprefix("module.").partition(".")[0]
        keys = list(users) if finding.address == f"stack {spec.stack}" else filter(None, [calls.get(call)])
        return replace(finding, affected=(*finding.affected, *(line for key in keys for line in users[key])))

    return replace(result, findings=tuple(map(add, result.findings))) if users else result


def _list_users(spec: Spec, other: Spec) -> Iterator[tuple[str, str]]:
    """Yield the key of each CA of a spec that another one uses, with what uses it there."""
    by_arn = {ca.arn: key for key, ca in spec.managed.items() if ca.arn}
    for name, ca in other.certificate_authorities.items():
        if not isinstance(ca, Reference):
            continue
        key = ca.certificate_authority if ca.stack == spec.stack else by_arn.get(ca.arn or "")
        if key is None:
            continue
        users = [f"the CA '{each}'" for each, below in other.managed.items() if below.parent == name]
        users += [
            f"the issuer '{each}'"
            for each, issuer in other.issuers.items()
            if any(name in grant.certificate_authorities for grant in issuer.grants)
        ]
        certificates = other.certificates.items()
        users += [f"the certificate '{each}'" for each, has in certificates if has.certificate_authority == name]
        for each in users or [f"'{name}', a reference to it,"]:
            yield key, f"{each} of the stack '{other.stack}'"
