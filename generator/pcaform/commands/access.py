"""`pcaform access`: a spec, or a rendered stack -> who may do what on which CA, and whether that is as granted."""

from functools import partial
from pathlib import Path

from pcaform import console
from pcaform.access import promises, report
from pcaform.access.judging import Judgement, judge
from pcaform.access.stage import Stage, name_patterns, stage
from pcaform.loading import load
from pcaform.plan.stack import plan
from pcaform.problems import Failure
from pcaform.render import render
from pcaform.sources import hcl
from pcaform.spec.stack import Spec

_FINDINGS = 2
_TERRAFORM = ".tf"


def run(path: str, *, form: str = "text") -> int:
    """Print what the principals of a spec, or of a stack's directory, may do; return 2 where that is not as granted."""
    judgement = of_directory(Path(path)) if Path(path).is_dir() else of_spec(load(path))
    written = report.FORMATS[form](judgement)
    if written:
        console.result(written)
    console.say(f"no policy of a stack shows: {report.NOT_SHOWN}")
    console.say(summary(judgement))
    return _FINDINGS if judgement.findings else 0


def of_spec(spec: Spec) -> Judgement:
    """Judge the policies that a spec renders to, as text, against what its grants say."""
    files = render(plan(spec, source="spec")).files
    names = {each.arn: key for key, each in spec.certificate_authorities.items() if each.arn is not None}
    found = stage(hcl.read({path: text for path, text in files.items() if _is_root(path)}), names)
    patterns = promises.name_patterns(spec.issuers)
    return judge(found, partial(promises.words, spec), _samples(patterns))


def of_directory(directory: Path) -> Judgement:
    """Judge the policies of a rendered stack; what its grants said is not known there.

    Raises Failure where the directory holds no stack, or one whose policies cannot be judged.
    """
    files = {path.name: path.read_bytes() for path in sorted(directory.glob(f"*{_TERRAFORM}"))}
    if not files:
        raise Failure(f"{directory}: there is no '*{_TERRAFORM}' in this directory: name a rendered stack, or a spec")
    found: Stage = stage(hcl.read(files), {})
    return judge(found, lambda _: None, _samples(name_patterns(found.subjects)))


def summary(judgement: Judgement) -> str:
    """Return the last line: how much was judged, and how it ended."""
    count, judged = len(judgement.findings), sum(access.judged for access in judgement.accesses)
    ended = f"{count} finding{'' if count == 1 else 's'}" if count else "nothing found"
    return f"{len(judgement.accesses)} principals, {judged} requests judged: {ended}"


def _is_root(path: str) -> bool:
    return path.endswith(_TERRAFORM) and "/" not in path


def _samples(patterns: dict[str, None]) -> dict[str, str]:
    """Return a name that fits each pattern of domain names."""
    return {pattern: pattern.replace("*", "x").replace("?", "x") for pattern in patterns}
