"""Renders one after the other: what is remembered, what a lost memory does, and what the user can say or show."""

import json
from pathlib import Path

import pytest

from conftest import Render
from render.removal_specs import ARN, ISSUED_HERE, ISSUER, PERMITTED, PLAIN, ca, external, offline, spec

STACK = "corp-pki"


def changes(tmp_path: Path) -> list[str]:
    """Return the first lines of the blocks in `changes.tf`, each with its addresses."""
    path = tmp_path / "out" / STACK / "changes.tf"
    words = path.read_text(encoding="utf-8").split() if path.exists() else []
    kinds = {"moved", "removed", "import"}
    return [
        word if word in kinds else word.removeprefix("module.") for word in words if word in kinds or "module." in word
    ]


def state_of(*calls: str) -> str:
    """Return a state that has the main resource of these module calls."""
    resources = [
        {
            "mode": "managed",
            "type": "aws_acmpca_certificate_authority" if "certificate" not in call else "aws_acmpca_certificate",
            "name": "this",
            "module": f"module.{call}",
            "instances": [{"attributes": {"arn": ARN}}],
        }
        for call in calls
    ]
    return json.dumps({"version": 4, "serial": 1, "lineage": "x", "resources": resources})


def test_a_rename_is_a_chain_over_all_former_keys_and_stays(render: Render, tmp_path: Path) -> None:
    subject = ("common_name: two", "common_name: one")
    assert render(spec(ca("one")))[0] == 0
    assert render(spec(ca("two", "renamed_from: one").replace(*subject)))[0] == 0
    assert render(spec(ca("three", "renamed_from: two").replace("common_name: three", "common_name: one")))[0] == 0
    moved = changes(tmp_path)
    assert moved[:6] == ["moved", "ca_one", "ca_two", "moved", "ca_two", "ca_three"]
    assert render(spec(ca("three").replace("common_name: three", "common_name: one")))[0] == 0
    assert changes(tmp_path) == moved


def test_what_was_let_go_stays_let_go(render: Render, tmp_path: Path) -> None:
    render(spec(ca("one"), ca("two")))
    assert render(spec(ca("two"), rest="removed: {one: forget}\n"))[0] == 0
    removed = changes(tmp_path)
    assert removed == [
        word
        for call in ("ca_one", "acm_permission_one", "ca_share_one", "ssm_parameter_one", "ca_one_certificate")
        for word in ("removed", call)
    ]
    assert render(spec(ca("two")))[0] == 0
    assert changes(tmp_path) == removed
    code, message = render(spec(ca("one"), ca("two")))
    assert code == 1
    assert "s.yaml:5:8: an earlier spec had 'one' forgotten, and it is not known whether that was applied" in message
    assert message.endswith(
        "pcaform: if nothing of this stack was ever applied, 'pcaform render --never-applied' starts over\n"
    )


def test_a_former_key_comes_back_when_the_step_is_said_to_be_applied(render: Render, tmp_path: Path) -> None:
    render(spec(ca("one")))
    render(spec(ca("two", "renamed_from: one").replace("common_name: two", "common_name: one")))
    both = spec(
        ca("one").replace("common_name: one", "common_name: new"),
        ca("two").replace("common_name: two", "common_name: one"),
    )
    code, message = render(both)
    assert (code, "'module.ca_one' was that of 'two'" in message) == (1, True)
    assert render(both, "--applied")[0] == 0
    assert changes(tmp_path) == []


def test_a_stack_that_was_never_applied_starts_over(render: Render, tmp_path: Path) -> None:
    render(spec(ca("one")))
    other = spec(ca("one", "validity: {type: YEARS, value: 5}").replace("validity: {type: YEARS, value: 20}, ", ""))
    assert render(other)[0] == 1
    assert render(other, "--never-applied")[0] == 0
    (tmp_path / "out" / STACK / "terraform.tfstate").write_text(state_of(), encoding="utf-8")
    assert render(spec(ca("two")))[0] == 0  # an empty state of its own says the same
    (tmp_path / "out" / STACK / "terraform.tfstate").write_text(state_of("ca_two"), encoding="utf-8")
    code, message = render(spec(ca("one")), "--never-applied")
    assert (code, "its state has resources: something was applied" in message) == (1, True)


def test_a_state_that_is_shown_is_what_counts(render: Render, tmp_path: Path) -> None:
    render(spec(ca("one")))
    render(spec(ca("two", "renamed_from: one").replace("common_name: two", "common_name: one"), ca("three")))
    applied = tmp_path / "applied.tfstate"
    applied.write_text(state_of("ca_one", "ca_one_certificate"), encoding="utf-8")
    code, message = render(spec(ca("three")), "--state", "applied.tfstate")
    assert (code, "'two' was in this stack" in message) == (1, True)
    two = ca("two").replace("common_name: two", "common_name: one")
    assert render(spec(two), "--state", "applied.tfstate")[0] == 0  # 'three' was never applied
    assert changes(tmp_path)[:3] == ["moved", "ca_one", "ca_two"]
    applied.write_text(state_of("ca_two", "ca_gone"), encoding="utf-8")
    code, message = render(spec(two), "--state", "applied.tfstate")
    assert (code, "its state has 'module.ca_gone', which neither the spec nor .pcaform.json knows" in message) == (
        1,
        True,
    )


def test_a_git_revert_of_spec_and_stack_is_seen_in_a_local_state(render: Render, tmp_path: Path) -> None:
    render(spec(ca("one")))
    (tmp_path / "out" / STACK / "terraform.tfstate").write_text(state_of("ca_two"), encoding="utf-8")
    code, message = render(spec(ca("one")))
    assert (code, "its state has 'module.ca_two'" in message) == (1, True)


@pytest.mark.parametrize("content", ["", "{", '{"encrypted_data": "x"}', '{"version": 3, "resources": []}'])
def test_a_local_state_that_cannot_be_read_shows_nothing(render: Render, tmp_path: Path, content: str) -> None:
    render(spec(ca("one"), ca("two")))
    (tmp_path / "out" / STACK / "terraform.tfstate").write_text(content, encoding="utf-8")
    assert render(spec(ca("one"), ca("two")))[0] == 0
    code, message = render(spec(ca("one")))
    assert (code, "'two' was in this stack" in message) == (1, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--applied", "--never-applied"], "exclude each other"),
        (["--state", "none.tfstate"], "there is no such file"),
        (["--state", ""], "'--state' has an empty file name: name a file, or '-' for standard input"),
        (["--state", "s.yaml"], "not a complete JSON document"),
        (["--state", "empty"], "the state is empty"),
        (
            ["--state", "plan.json"],
            "this does not show for sure what was applied: use the output of 'terraform state pull'",
        ),
        (["--state", "other.tfstate"], "this state has nothing of this stack"),
        (["--state", "account.tfstate"], "is of account 999999999999, this stack of 123456789012"),
    ],
)
def test_what_is_said_must_be_clear(render: Render, tmp_path: Path, options: list[str], message: str) -> None:
    (tmp_path / "empty").write_text("", encoding="utf-8")
    (tmp_path / "other.tfstate").write_text(state_of("pki.module.ca_one"), encoding="utf-8")
    (tmp_path / "account.tfstate").write_text(state_of("ca_one").replace(":123456789012:", ":999999999999:"), "utf-8")
    assert render(spec(ca("one"), ca("old")))[0] == 0
    (tmp_path / "plan.json").write_text('{"format_version": "1.2", "planned_values": {}}', encoding="utf-8")
    code, found = render(spec(ca("one")), *options)
    assert (code, message in found) == (1, True), found


def test_applied_is_held_against_a_local_state(render: Render, tmp_path: Path) -> None:
    render(spec(ca("one")))
    two = ca("two").replace("common_name: two", "common_name: one")
    render(spec(two.replace("two: {", "two: {renamed_from: one, ")))
    (tmp_path / "out" / STACK / "terraform.tfstate").write_text(state_of("ca_one"), encoding="utf-8")
    code, message = render(spec(two), "--applied")
    assert (code, "its state still has 'module.ca_one': the last render was not applied" in message) == (1, True)


LACKING = {
    "nothing": (spec(external("one")), [], "ca_one"),
    "a certificate": (spec(ca("one")), ["ca_one"], "ca_one_certificate"),
    "an earlier generation": (
        spec(ca("one", "generation: 2")),
        ["ca_one", "ca_one_certificate_g2"],
        "ca_one_certificate",
    ),
    "a permission": (spec(ca("one", PERMITTED)), ["ca_one", "ca_one_certificate"], "acm_permission_one"),
    "an issuer": (spec(ca("root"), rest=ISSUER), ["ca_root", "ca_root_certificate"], "issuer_ci"),
    "an imported CA": (spec(external("one"), ca("two")), ["ca_two", "ca_two_certificate"], "ca_one"),
}


@pytest.mark.parametrize(("text", "calls", "lacking"), LACKING.values(), ids=LACKING)
def test_applied_is_refused_where_a_local_state_lacks_a_module(
    render: Render, tmp_path: Path, text: str, calls: list[str], lacking: str
) -> None:
    assert render(text)[0] == 0
    state = tmp_path / "out" / STACK / "terraform.tfstate"
    state.write_text(state_of(*calls), encoding="utf-8")
    code, message = render(text, "--applied")
    assert (code, f"its state does not have 'module.{lacking}': the last render was not applied" in message) == (
        1,
        True,
    )
    state.write_text(state_of(*calls, lacking), encoding="utf-8")
    assert render(text, "--applied") == (0, render(text)[1])


def test_applied_needs_nothing_of_what_makes_no_resource(render: Render, tmp_path: Path) -> None:
    shares = "shares: {one: {accounts: ['210987654321']}}\nremoved: {old: forget}\n"
    render(spec(ca("one"), ca("old"), PLAIN))
    text = spec(ca("one", "generation: 3"), PLAIN, rest=shares)
    for generation in (2, 3):
        assert (
            render(text.replace("generation: 3", f"generation: {generation}"), *["--applied"][: generation - 2])[0] == 0
        )
    calls = ("ca_one", "ca_one_certificate_g2", "ca_one_certificate_g3")
    (tmp_path / "out" / STACK / "terraform.tfstate").write_text(state_of(*calls), encoding="utf-8")
    assert render(text, "--applied")[0] == 0


def test_an_emptied_state_does_not_show_that_nothing_was_applied(render: Render, tmp_path: Path) -> None:
    render(spec(ca("one"), ca("two")))
    state = tmp_path / "out" / STACK / "terraform.tfstate"
    state.write_text(state_of(), encoding="utf-8")
    backup = state.with_name("terraform.tfstate.backup")
    for before in (state_of("ca_two"), "{"):
        backup.write_text(before, encoding="utf-8")
        code, message = render(spec(ca("one")))
        assert (code, "'two' was in this stack" in message) == (1, True)
    assert render(spec(ca("one")), "--applied")[0] == 1
    assert render(spec(ca("one")), "--never-applied")[0] == 0
    backup.write_text(state_of(), encoding="utf-8")
    assert render(spec(ca("two")))[0] == 0


def test_moves_that_were_applied_may_stay_in_the_spec(render: Render, tmp_path: Path) -> None:
    moved = spec(ca("one"), rest="moves: {module.pki: module.ca_one}\n")
    assert render(moved)[0] == 0
    assert render(moved)[0] == 0
    assert render(moved, "--applied")[0] == 0
    applied = tmp_path / "applied.tfstate"
    applied.write_text(state_of("ca_one", "ca_one_certificate"), encoding="utf-8")
    assert render(moved, "--state", "applied.tfstate")[0] == 0
    late = moved.replace("module.pki", "module.other")
    for said in ([], ["--applied"], ["--state", "applied.tfstate"]):
        code, message = render(late, *said)
        assert (code, "Terraform destroys 'module.other': remove this" in message) == (1, True)


def test_the_arn_of_what_was_let_go_destroys_nothing_else(render: Render) -> None:
    free = "deletion_protection: false"
    render(spec(external("one"), ca("two", free)))
    assert render(spec(ca("two", free), rest="removed: {one: forget}\n"))[0] == 0
    code, message = render(spec(rest=f"removed: {{one: forget, two: {{destroy: '{ARN}'}}}}\n"))
    assert (code, f"'{ARN}' is 'one', not 'two'" in message) == (1, True)
    render(spec(ca("two", free), ca("three", free), rest="removed: {one: forget}\n"))
    assert render(spec(ca("three", free), rest=f"removed: {{two: {{destroy: '{OTHER_ARN}'}}}}\n"))[0] == 0
    code, message = render(spec(rest=f"removed: {{three: {{destroy: '{OTHER_ARN}'}}}}\n"))
    assert (code, f"'{OTHER_ARN}' is 'two', not 'three'" in message) == (1, True)


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("loss", ["item", "manifest", "manifest and .tf", "items"])
def test_a_lost_memory_is_not_an_empty_one(render: Render, tmp_path: Path, loss: str, force: tuple[str, ...]) -> None:
    render(spec(ca("one"), ca("old")))
    directory = tmp_path / "out" / STACK
    manifest = directory / ".pcaform.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["items"].pop("certificate_authorities.old")
    if loss == "items":
        content.pop("items")
    manifest.write_text(json.dumps(content), encoding="utf-8")
    if "manifest" in loss:
        manifest.unlink()
    for path in directory.glob("*.tf") if ".tf" in loss else ():
        path.unlink()
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    code, message = render(spec(ca("one")), *force)
    assert (code, "restore " in message) == (1, True), message
    assert {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} == before


OTHER_ARN = ARN.replace("11111111", "22222222")
EXISTING = f"arn: '{ARN}', activation: external, revocation_configuration: {{ocsp_configuration: {{enabled: false}}}}"
REFERENCE = f"  one: {{managed: false, arn: '{ARN}'}}\n"
SHARED_CALLS = {
    "a CA, and the certificate of another": (
        [ca("a_certificate")],
        spec(ca("a"), rest="removed: {a_certificate: forget}\n"),
    ),
    "the same, a step later": (
        [ca("a_certificate") + ca("k"), spec(ca("k"), rest="removed: {a_certificate: forget}\n")],
        spec(ca("a"), ca("k")),
    ),
    "the other way round": ([ca("a")], spec(ca("a_certificate"), rest="removed: {a: forget}\n")),
    "a second generation": (
        [ca("a_certificate_g2")],
        spec(ca("a", "generation: 2"), rest="removed: {a_certificate_g2: forget}\n"),
    ),
    "a share": (
        [ca("share_k")],
        spec(ca("k"), rest="removed: {share_k: forget}\nshares: {k: {accounts: ['210987654321']}}\n"),
    ),
    "a former name": (
        [ca("a_certificate")],
        spec(ca("b", "renamed_from: a_certificate").replace("common_name: b", "common_name: a_certificate"), ca("a")),
    ),
    "a reference after a CA, with its permission": (
        [ca("one", PERMITTED)],
        spec(f"  one: {{managed: false, arn: '{OTHER_ARN}', {PERMITTED}}}\n", rest="removed: {one: forget}\n"),
    ),
    "a CA after a reference to it": (
        [ca("one", PERMITTED), spec(REFERENCE, rest="removed: {one: forget}\n")],
        spec(ca("one", EXISTING)),
    ),
}
"""Steps, the first as CAs only, and the spec that is refused after them: one module would be two things."""


@pytest.mark.parametrize(("steps", "last"), SHARED_CALLS.values(), ids=SHARED_CALLS)
def test_a_module_never_means_two_things(render: Render, steps: list[str], last: str) -> None:
    for step in steps:
        assert render(step if step.startswith("version") else spec(step))[0] == 0
    code, message = render(last)
    assert (code, "[left-unsaid]" in message) == (1, True), message


def test_a_handover_with_a_rename_forgets_the_certificate_under_the_old_key(render: Render, tmp_path: Path) -> None:
    render(spec(ca("one")))
    two = ca("two", EXISTING, "renamed_from: one").replace("common_name: two", "common_name: one")
    assert render(spec(two, rest="removed: {two: {forget: certificate, generation: 1}}\n"))[0] == 0
    assert "ca_one_certificate" in changes(tmp_path)


def test_an_existing_ca_that_comes_back_keeps_what_was_let_go(render: Render, tmp_path: Path) -> None:
    existing = spec(ca("one", EXISTING))
    render(spec(ca("one")))
    for step in (
        f"{existing}removed: {{one: {{forget: certificate}}}}\n",
        spec(rest="removed: {one: forget}\n"),
        existing,
    ):
        assert render(step)[0] == 0
    assert "ca_one_certificate" in changes(tmp_path)


def test_what_exists_is_not_created_because_a_state_does_not_have_it(render: Render, tmp_path: Path) -> None:
    render(spec(ca("one", EXISTING), ca("two")))
    (tmp_path / "applied.tfstate").write_text(state_of("ca_two", "ca_two_certificate"), encoding="utf-8")
    code, message = render(spec(ca("one"), ca("two")), "--state", "applied.tfstate")
    assert (code, "until the import of" in message) == (1, True), message


def test_a_certificate_is_not_forgotten_and_replaced_at_once(render: Render) -> None:
    assert render(offline(ISSUED_HERE))[0] == 0
    code, message = render(offline() + "removed: {issuing: {forget: certificate, generation: 1}}\n")
    assert (code, "apply 'activation: external' and" in message) == (1, True), message
