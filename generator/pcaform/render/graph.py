"""A spec -> a picture of its hierarchy: which CA signs which, who may issue from it, and what ACM renews there.

As a tree for a terminal, and as Mermaid and DOT for pages: https://mermaid.js.org/syntax/flowchart.html,
https://graphviz.org/doc/info/lang.html. Names are foreign text, and stay text in each of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pcaform.core.grouping import grouped
from pcaform.core.unicode import visible
from pcaform.spec.cas import CertificateAuthority, Reference, Validity
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec

_BRANCH, _LAST, _BAR, _GAP = "├─ ", "└─ ", "│  ", "   "
_MERMAID_TEXT = re.compile(r"[^\w .,:/()*=+-]")
_DOT_TEXT = re.compile(r'(["\\])')


@dataclass(frozen=True, slots=True)
class Node:
    """A CA, or what uses one: its name in a spec, the lines that describe it, and its kind, such as `certificate`."""

    name: str
    lines: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The nodes by name, and the edges: from a CA to what it signs or lets issue, with what the edge means."""

    title: str
    nodes: dict[str, Node]
    edges: tuple[tuple[str, str, str], ...]


def build_graph(spec: Spec) -> Graph:
    """Return the hierarchy of a valid spec."""
    cas = {
        key: Node(f"certificate_authorities.{key}", _describe_ca(key, ca), "CA")
        for key, ca in spec.certificate_authorities.items()
    }
    nodes = {node.name: node for node in cas.values()}
    edges: list[tuple[str, str, str]] = []
    for key, managed in spec.managed.items():
        if managed.parent is not None:
            edges.append((cas[managed.parent].name, cas[key].name, "signs"))
    for key, issuer in spec.issuers.items():
        node = Node(f"issuers.{key}", _describe_issuer(key, issuer), "issuer")
        nodes[node.name] = node
        edges += ((cas[ca].name, node.name, rights) for ca, rights in _list_rights(issuer))
    for key, certificate in spec.certificates.items():
        node = Node(f"certificates.{key}", (key, certificate.domain_name), "certificate")
        nodes[node.name] = node
        edges.append((cas[certificate.certificate_authority].name, node.name, "ACM requests and renews"))
    for key, ca in spec.certificate_authorities.items():
        for permission in ca.permissions:
            nodes["acm"] = Node("acm", (permission.principal,), "service")
            edges.append((cas[key].name, "acm", "may issue and renew"))
    return Graph(f"{spec.stack}: account {spec.aws.account_id}, {spec.aws.region}", nodes, tuple(edges))


def _describe_ca(key: str, ca: CertificateAuthority | Reference) -> tuple[str, ...]:
    place = (ca.provider.region,) if ca.provider else ()
    if isinstance(ca, Reference):
        manager = f"managed by {ca.stack}" if ca.stack else "managed elsewhere"
        return (key, manager, *place, *([ca.arn] if ca.arn else []))
    name = ca.subject.common_name or ca.subject.organization or ""
    state = "disabled" if not ca.enabled else ca.activation if ca.activation == "pending" else ""
    successor = f"successor of {ca.successor_of}" if ca.successor_of else ""
    facts = (name, ca.type, ca.key_algorithm, describe_validity(ca.validity), *place, state, successor)
    return (key, *filter(None, facts))


def describe_validity(validity: Validity | None) -> str:
    """Return how long a CA's certificate is valid, in words; empty if the spec does not say it."""
    if validity is None:
        return ""
    is_duration = validity.type in ("DAYS", "MONTHS", "YEARS")
    return f"{validity.value} {validity.type.lower()}" if is_duration else f"until {validity.value}"


def _describe_issuer(key: str, issuer: Issuer) -> tuple[str, ...]:
    kind = "role" if issuer.role or issuer.existing_role else "user"
    return (key, f"{kind} {issuer.principal_name}{'' if issuer.is_owned else ', which exists'}")


def _list_rights(issuer: Issuer) -> Iterator[tuple[str, str]]:
    """Yield each CA that the grants of an issuer name, and for what."""
    for grant in issuer.grants:
        if grant.certificates == "unmanaged":
            rights = f"may issue {', '.join(each.removesuffix('/V1') for each in grant.templates)}"
        else:
            rights = f"may request from ACM {', '.join(grant.domain_names) or 'any name'}"
        yield from ((ca, rights) for ca in grant.certificate_authorities)


def list_children(graph: Graph) -> dict[str, list[tuple[str, str]]]:
    """Return what is below each node, with what the edge means; below "" are CAs that no other signs, lone issuers."""
    signed = {target for _, target, meaning in graph.edges if meaning == "signs"}
    attached = {target for _, target, _ in graph.edges}
    tops = [(node.name, "") for node in graph.nodes.values() if node.kind == "CA" and node.name not in signed]
    unattached = (node.name for node in graph.nodes.values() if node.kind != "CA" and node.name not in attached)
    tops += [(name, "has no grants: its rights are in its policy") for name in unattached]
    return {"": tops, **grouped((source, (target, meaning)) for source, target, meaning in graph.edges)}


def format_tree(graph: Graph) -> str:
    """Return the hierarchy as a tree, each CA below the one that signs it."""
    return "\n".join([visible(graph.title), *_branches(graph, list_children(graph), "", "")])


def _branches(graph: Graph, children: dict[str, list[tuple[str, str]]], parent: str, indent: str) -> Iterator[str]:
    below = children.get(parent, [])
    for number, (name, meaning) in enumerate(below, 1):
        is_last, node = number == len(below), graph.nodes[name]
        facts = ", ".join(visible(each) for each in node.lines[1:])
        words = "" if meaning in ("", "signs") else f" {visible(meaning)}"
        label = visible(node.lines[0])
        yield f"{indent}{_LAST if is_last else _BRANCH}{label}{f' ({facts})' if facts else ''}{words}"
        yield from _branches(graph, children, name, indent + (_GAP if is_last else _BAR))


def format_mermaid(graph: Graph) -> str:
    """Return a flowchart in Mermaid, as GitHub and GitLab draw it in a page."""
    ids = {name: f"n{number}" for number, name in enumerate(graph.nodes)}
    shapes = {"CA": ("[", "]"), "issuer": ("(", ")"), "certificate": (">", "]"), "service": ("([", "])")}
    lines = ["flowchart TD"]
    for name, node in graph.nodes.items():
        start, end = shapes[node.kind]
        text = "<br/>".join(_mermaid(each) for each in node.lines)
        lines.append(f'  {ids[name]}{start}"{text}"{end}')
    lines += (f'  {ids[source]} -->|"{_mermaid(meaning)}"| {ids[target]}' for source, target, meaning in graph.edges)
    return "\n".join(lines)


def _mermaid(text: str) -> str:
    return _MERMAID_TEXT.sub(lambda sign: f"#{ord(sign[0])};", visible(text))


def format_dot(graph: Graph) -> str:
    """Return a graph in DOT, which Graphviz draws."""
    shapes = {"CA": "box", "issuer": "ellipse", "certificate": "note", "service": "component"}
    lines = [f"digraph {_dot(graph.title)} {{", "  rankdir=TB;"]
    lines += (
        f"  {_dot(name)} [shape={shapes[node.kind]}, label={_dot(*node.lines)}];" for name, node in graph.nodes.items()
    )
    lines += (f"  {_dot(source)} -> {_dot(target)} [label={_dot(meaning)}];" for source, target, meaning in graph.edges)
    return "\n".join([*lines, "}"])


def _dot(*lines: str) -> str:
    text = "\\n".join(_DOT_TEXT.sub(r"\\\1", visible(line)) for line in lines)
    return f'"{text}"'
