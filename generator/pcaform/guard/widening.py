"""Two sets of policies of one principal -> the requests that the second allows and the first does not.

The requests are those of `pcaform access`: every action on every CA that either set names, with every template, by
every route, and those with which a hole would be found. ARNs with wildcards are tried with an ARN that fits them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pcaform.access import actions, cells
from pcaform.access.cells import Cell
from pcaform.access.favours import favours
from pcaform.access.judging import is_allowed
from pcaform.access.report import said
from pcaform.access.requests import Asked
from pcaform.access.rows import rows
from pcaform.access.stage import Stage, Subject, name_patterns
from pcaform.guard.concern import ON_IAM
from pcaform.iam.documents import read_document
from pcaform.iam.evaluation import Policies
from pcaform.iam.principals import Principal
from pcaform.infer.meaning import meaning
from pcaform.rules.grants import is_privileged
from pcaform.statements import ISSUER_TAG

_AUTHORITY = re.compile(
    r"arn:(?P<partition>[\w-]+|\*):acm-pca:(?P<region>[\w*?-]*):(?P<account>[\d*?]*):certificate-authority/(?P<id>[\w*?-]+)"
)
_IAM = re.compile(r"arn:[\w-]+:iam::([0-9]{12}):")
_TAG = re.compile(rf'"aws:RequestTag/{re.escape(ISSUER_TAG)}": *\[? *"(?P<tag>[^"]+)"')
_REGION, _ACCOUNT = "us-east-1", "000000000000"
_SAMPLE = "00000000-0000-4000-8000-000000000000"
_WORDS = 12


@dataclass(frozen=True, slots=True)
class Widening:
    """What is newly allowed: all requests, and whether CA certificates are among them."""

    gained: tuple[Cell, ...]

    @property
    def has_ca_template(self) -> bool:
        """Tell whether a certificate of a CA can be issued that could not be before."""
        return any("CACertificate" in (cell.template or "") for cell in self.gained)

    @property
    def has_privileged_template(self) -> bool:
        """Tell whether a certificate can be issued whose purpose the request decides."""
        return any(is_privileged(cell.template) for cell in self.gained if cell.template)

    def lines(self) -> tuple[str, ...]:
        """Return what is newly allowed in words, one line for each CA or certificate."""
        return tuple(_lines(self.gained))


def widening(before: Mapping[str, str], after: Mapping[str, str]) -> Widening:
    """Compare two sets of policies, each name to JSON; raises PolicyError for one that IAM would refuse."""
    both = {f"before {name}": text for name, text in before.items()} | dict(after)
    stage = _stage(both)
    subject = Subject("", "issuer", _principal(stage), both, is_owned=True, owner_tag=_tag(both))
    samples = {pattern: re.sub(r"[*?]", "x", pattern) for pattern in name_patterns([subject])}
    old, new = _policies(before), _policies(after)
    gained = [
        cell
        for cell in (*Asked(stage, subject, samples, favours(subject)).cells(), *_governing(stage))
        if cell.circumstance != cells.FIRST_LOCK
        and is_allowed(stage, subject, cell, new)
        and not is_allowed(stage, subject, cell, old)
    ]
    return Widening(tuple(dict.fromkeys(gained)))


def _governing(stage: Stage) -> Iterator[Cell]:
    """Yield the requests to IAM by which a principal gives himself whatever he lacks."""
    for action, kind in ON_IAM.items():
        arn = stage.arn("iam", f"{kind}/somebody").replace(f":{stage.region}:", "::", 1)
        yield Cell(action, "IAM", resource=arn, context=cells.route_keys(cells.DIRECT))


def _policies(policies: Mapping[str, str]) -> Policies:
    return Policies(identity=tuple(read_document(text, name) for name, text in policies.items()))


def _stage(policies: Mapping[str, str]) -> Stage:
    """Return the CAs that policies name, in the region and account of the first that says them."""
    found = [match for text in policies.values() for match in _AUTHORITY.finditer(text)]
    region = next((match["region"] for match in found if match["region"].replace("-", "").isalnum()), _REGION)
    named = [
        *(match["account"] for match in found),
        *(each for text in policies.values() for each in _IAM.findall(text)),
    ]
    account = next((each for each in named if each.isdigit()), _ACCOUNT)
    stage = Stage(region, account, {}, ())
    return Stage(region, account, {match[0]: _concrete(match, stage) for match in found}, ())


def _concrete(match: re.Match[str], stage: Stage) -> str:
    """Return an ARN that fits a pattern; one without wildcards is itself."""
    partition = stage.arn("acm-pca", "x").split(":")[1] if "*" in match["partition"] else match["partition"]
    region = stage.region if set("*?") & set(match["region"]) else match["region"]
    account = stage.account_id if set("*?") & set(match["account"]) else match["account"]
    named = _SAMPLE if match["id"] == "*" else re.sub(r"[*?]", "0", match["id"])
    return f"arn:{partition}:acm-pca:{region}:{account}:certificate-authority/{named}"


def _principal(stage: Stage) -> Principal:
    return Principal(f"{stage.arn('iam', 'user/somebody', region='').replace(stage.region, '', 1)}", stage.account_id)


def _tag(policies: Mapping[str, str]) -> str:
    """Return the tag that a principal's certificates must have, where its policies name one."""
    return next((match["tag"] for text in policies.values() for match in _TAG.finditer(text)), "user/somebody")


def _lines(gained: tuple[Cell, ...]) -> Iterator[str]:
    plain = [cell for cell in gained if cell.circumstance == cells.PLAIN]
    for row in rows(plain):
        for route, may in row.routes():
            more = f", and {len(may) - _WORDS} more" if len(may) > _WORDS else ""
            yield f"on {row.target}, {route}: {', '.join(may[:_WORDS])}{more}"
    told = {cell.action for cell in plain}
    rest = [cell for cell in gained if cell.circumstance != cells.PLAIN and cell.action not in told]
    yield from dict.fromkeys(f"on {cell.target}: {_word(cell)}, {cell.circumstance}" for cell in rest)


def _word(cell: Cell) -> str:
    return actions.ISSUE.partition(":")[2] if cell.action == actions.ISSUE else said(cell).partition(" on ")[0]


def normal(text: str) -> str:
    """Return a policy with what its order and spacing leave open settled, so that equal ones are equal texts."""
    try:
        return json.dumps(_sorted(json.loads(text)), sort_keys=True)
    except (ValueError, RecursionError):
        return text


def mean_the_same(before: Iterable[str], after: Iterable[str]) -> bool:
    """Tell whether two sets of policies allow and deny the same, in whatever words."""
    old, new = list(before), list(after)
    try:
        return meaning(map(json.loads, old)) == meaning(map(json.loads, new))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return sorted(map(normal, old)) == sorted(map(normal, new))


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    return value
