"""Judges policies once that differ only in names: those of many issuers are alike but for their CA, tag and domain.

The names are replaced by others that stand for them, and put back into what is found. Only names that nothing compares
with a pattern are replaced, so that the policies mean the same of them.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.guard.widening import Widening, find_widening, have_same_meaning
from pcaform.iam.documents import PolicyError
from pcaform.iam.escalation import handing_actions
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.iam.rights import Rights, statements_of

_CA = re.compile(r'"(arn:[\w-]+:acm-pca:[\w-]+:[0-9]{12}:certificate-authority/)([\w-]+)"')
_PART_OF_CA = re.compile(r"certificate-authority/[\w-]+[*?$]|certificate-authority/[*?][\w*?-]")
Texts = tuple[tuple[str, str], ...]


def find_widening_once(
    before: Mapping[str, str], after: Mapping[str, str], rights: Rights, *, own: Collection[str]
) -> Widening:
    """Return what `find_widening` returns; raises PolicyError as it does."""
    text = "\n".join((*before.values(), *after.values()))
    statements = [each for policy in (*before.values(), *after.values()) for each in statements_of(policy) or ()]
    if any(map(handing_actions, statements)) or _PART_OF_CA.search(text):
        return find_widening(before, after, rights, own=own)
    names = dict(_stand_ins(text))
    olds, news = (_replaced(texts, names) for texts in (before, after))
    back = {new: old for old, new in names.items()}
    try:
        return Widening(tuple(_put_back(request, back) for request in _widening(olds, news).gained))
    except PolicyError:  # its text names what is in the policy
        return find_widening(before, after, rights, own=own)


def have_same_meaning_once(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Return what `have_same_meaning` returns."""
    names = dict(_stand_ins("\n".join((*before.values(), *after.values()))))
    return _have_same_meaning(_replaced(before, names), _replaced(after, names))


@lru_cache(maxsize=1024)
def _have_same_meaning(before: Texts, after: Texts) -> bool:
    return have_same_meaning(dict(before).values(), dict(after).values())


@lru_cache(maxsize=1024)
def _widening(before: Texts, after: Texts) -> Widening:
    return find_widening(dict(before), dict(after))


def _stand_ins(text: str) -> Iterator[tuple[str, str]]:
    """Yield each name that is compared with no pattern, and the one that stands for it."""
    for number, (start, name) in enumerate(dict.fromkeys(_CA.findall(text)), start=1):
        yield f"{start}{name}", f"{start}00000000-0000-4000-8000-{number:012}"
    for key, stand_in in (("acm:DomainNames", "stand-in.example"), (f"Tag/{ISSUER_TAG}", "user/stand-in")):
        conditions = re.findall(rf'{key}":\s*(\[[^\]]*\]|"[^"]*")', text)
        names = set(re.findall(r'"([^"]*)"', "".join(conditions))) - {"true", "false"}  # of `Null`
        if len(names) == 1 and not re.search(r"[*?$]", name := names.pop()):
            yield name, stand_in


def _replaced(texts: Mapping[str, str], names: Mapping[str, str]) -> Texts:
    replaced = []
    for title, text in texts.items():
        for old, new in names.items():
            text = text.replace(f'"{old}"', f'"{new}"')  # noqa: PLW2901
        replaced.append((title, text))
    return tuple(replaced)


def _put_back(request: AccessRequest, names: Mapping[str, str]) -> AccessRequest:
    def back(text: str) -> str:
        for new, old in names.items():
            text = text.replace(new, old)
        return text

    return replace(
        request,
        target=back(request.target),
        names=request.names and tuple(map(back, request.names)),
        tag=request.tag and back(request.tag),
        names_label=back(request.names_label),
        resource=back(request.resource),
    )
