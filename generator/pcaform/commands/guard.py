"""`pcaform guard`: a plan in JSON -> what it would break at AWS, before anybody applies it."""

from pcaform import console
from pcaform.guard import report
from pcaform.guard.judgement import Judgement
from pcaform.guard.judging import judge
from pcaform.guard.reading import read
from pcaform.loading import content, shown

_FINDINGS = 2


def run(plan: str, *, form: str = "text") -> int:
    """Print what is wrong with a plan (a file, or `-`); return 2 for findings, 1 where it cannot be judged, else 0."""
    judgement = judge(read(content(plan), shown(plan)))
    written = report.FORMATS[form](judgement)
    if written:
        console.result(written)
    for kind, remarks in (("note", judgement.notes), ("cannot judge", judgement.doubts)):
        for remark in remarks:
            console.say(": ".join(part for part in (kind, remark.address, remark.message) if part))
    console.say(summary(judgement))
    return exit_code(judgement)


def exit_code(judgement: Judgement) -> int:
    """Return the code: a doubt outweighs a finding, since then even the findings may not be all."""
    if judgement.doubts:
        return 1
    return _FINDINGS if judgement.findings else 0


def summary(judgement: Judgement) -> str:
    """Return the last line: whether the plan may be applied, as far as the guard can tell."""
    count = len(judgement.findings)
    found = f"{count} finding{'' if count == 1 else 's'}" if count else "nothing found that breaks trust"
    if judgement.doubts:
        return f"the plan cannot be judged, do not apply it: {found} so far"
    return f"do not apply this plan: {found}" if count else found
