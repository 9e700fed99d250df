"""The generated parts of docs/guard.md: what the guard finds, with examples, and what it cannot judge."""


def hazard_table(_: str) -> str:
    """Return a row for each rule of the guard: its level, the change that it finds, and the consequence at AWS."""
    from pcaform.checks.guard.rule import all_rules

    rows = [
        f"| [`{name}`](#{name}) | {rule.level} | {rule.change} | {rule.text} |" for name, rule in all_rules().items()
    ]
    return "\n".join(["| rule | level | a change that | what happens |", "| --- | --- | --- | --- |", *rows])


def hazard_sections(_: str) -> str:
    """Return a section for each rule of the guard, with its source and an example of a finding."""
    from checks.guard.expected_outputs import shown
    from pcaform.checks.guard.rule import all_rules

    seen, examples = {"specs": "between two specs", "plan": "in a plan"}, shown()
    return "\n".join(
        f"### {name}\n\n[Source]({_target(rule.source)}). Seen {seen[examples[name][0]]}:\n\n"
        f"```text\n{examples[name][1]}\n```\n"
        for name, rule in all_rules().items()
    )


def doubt_table(_: str) -> str:
    """Return a row for each change of the tests that the guard cannot judge: the kind, and what it says."""
    from checks.guard.closed_world import HAZARDS, judge

    words = {"create": "created", "delete": "destroyed", "update": "changed"}
    rows = [
        f"| {name} | `{change['type']}` | {words[change['change']['actions'][0]]} | {doubt.message} |"
        for name, change in HAZARDS.items()
        for doubt in judge(change).doubts
    ]
    return "\n".join(["| change | kind | it is | cannot be judged |", "| --- | --- | --- | --- |", *rows])


def _target(source: str) -> str:
    """Return a link from docs/guard.md: a source in the repository is on that page itself."""
    return source.removeprefix("docs/guard.md")
