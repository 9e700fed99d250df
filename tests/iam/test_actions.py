"""The actions that are asked about are those that AWS has."""

import botocore.session

from pcaform.core import facts
from pcaform.iam import actions
from pcaform.sandbox.pca import templates


def operations(service: str) -> set[str]:
    model = botocore.session.get_session().get_service_model(service)
    return {f"{service}:{name}" for name in model.operation_names}


def test_every_action_of_private_ca_is_asked_about() -> None:
    assert {*actions.ON_AUTHORITY, *actions.ON_NO_AUTHORITY, actions.ISSUE} == operations("acm-pca")


def test_every_action_of_acm_on_certificates_is_asked_about() -> None:
    asked = {*actions.ON_CERTIFICATE, *actions.TAGGING, *actions.OF_ACM_ACCOUNT, actions.REQUEST}
    others = {name for name in operations("acm") if "Acme" in name or "Resource" in name}
    assert asked == operations("acm") - others


def test_every_template_is_asked_about() -> None:
    """One list for all: what the sandbox can sign is what AWS documents."""
    for name in facts.TEMPLATES:
        arn = facts.template_arn("eu-west-1", name)
        assert templates.find_template(arn).name == name
    assert len(set(facts.TEMPLATES)) == len(facts.TEMPLATES) == len(templates._TEMPLATES)  # noqa: SLF001 - all of them
