"""Steps between two specs that leave the resources' arguments alone, or hide what becomes of them; each with a twin."""

import re

from guard.corpus import TEXT
from pcaform.commands.guard_specs import earlier
from pcaform.guard.specs.judging import judged

INSTALLATION = "aws_acmpca_certificate_authority_certificate.this[0]"
ISSUED = "    parent: root\n    validity: {type: YEARS, value: 3}\n"
SIGNED = "    activation: {certificate: signed.pem}\n"


def found(before: str, after: str) -> set[tuple[str, str]]:
    """Return rule and address of each finding on a step; nothing in it may be left in doubt."""
    judgement = judged(*(earlier(text.encode(), "spec.yaml", lambda _: "a certificate") for text in (before, after)))
    assert judgement.doubts == ()
    return {(finding.rule, finding.address) for finding in judgement.findings}


def waiting(instead: str, key: str = "waiting") -> str:
    """Return the corpus with other lines of YAML for how one of its CAs gets its certificate."""
    entry = re.compile(rf"(?<=^  {key}:\n)(?:    .*\n)+", re.MULTILINE)
    kept = re.compile(r"    (?:parent|validity|activation|generation): .*\n")
    return entry.sub(lambda found: kept.sub("", found[0]) + instead, TEXT)


def test_issued_here_instead_of_elsewhere() -> None:
    expected = {("certificate-reissued", f"module.ca_waiting.{INSTALLATION}")}
    assert found(waiting(SIGNED), waiting(ISSUED)) == expected
    assert found(waiting(SIGNED), waiting(f"{ISSUED}    generation: 2\n")) == set()
    assert found(waiting("    activation: pending\n"), waiting(ISSUED)) == set()
    assert found(waiting("    activation: pending\n"), waiting(SIGNED)) == set()
