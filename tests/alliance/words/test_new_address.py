"""A wish for letters to go to another address: a whole reply, which says that the address is new (T26)."""

import pytest

from agent.alliance.words import read_address


@pytest.mark.row("T26")
@pytest.mark.parametrize(
    "text",
    [
        "My new address is Ann@New.test.", "my new e-mail address is now <Ann@New.test>", "New address: Ann@New.test", "My new address is\nAnn@New.test",
        "Hi,\n\nMy new email address is Ann@New.test\n\nBest,\nAnn Meier", "Please change my address to Ann@New.test, thanks!", "My address has changed to Ann@New.test",
        "Meine neue E-Mail-Adresse lautet Ann@New.test", "Neue Adresse: Ann@New.test", "Bitte ändern Sie meine Mailadresse in Ann@New.test",
        "Hallo,\nmeine neue Emailadresse ist ab sofort Ann@New.test\nLiebe Grüße\nAnn", "Meine neue Adresse ist jetzt: Ann@New.test. Danke!",
    ],
)  # fmt: skip
def test_who_asks_for_it_is_understood_with_a_courtesy_beside_it(text: str) -> None:
    assert read_address(text) == "Ann@New.test"


@pytest.mark.row("T26")
@pytest.mark.parametrize(
    "text",
    [
        "", "New", "My new address is @", "My address is ann@new.test", "My old address is ann@new.test", "His new address is ann@new.test", "Your new address is ann@new.test",
        "My new address is not ann@new.test", "My new address is ann@new.test?", "My new address is ann@new.test or b@new.test", "My new address is ann@new.test, b@new.test",
        "My new address is ann@new.test from May", "If he asks, my new address is ann@new.test", "My new address is ann@new.test. And I hope for bread.",
        "I hope for a new address: ann@new.test", "Meine neue Adresse ist nicht ann@new.test", "My new address is ann@new.test." + " please" * 60,
    ],
)  # fmt: skip
def test_what_may_be_an_answer_is_none(text: str) -> None:
    assert read_address(text) == ""
