"""Thin functions in the shape that outside scorers call: nothing here but the product's own readers."""

# --- reading mail: new text, kind -----------------------------------------------------------------------------------
from agent.mail import kind as mail_kind
from agent.mail import message as mail_message
from agent.mail import quote as mail_quote


def new_text(raw: bytes) -> str:
    """What the person typed this time."""
    return mail_quote.new_text(mail_message.read(raw)).kept


def kind(raw: bytes, mail_from: str) -> str:
    """Who wrote: reply, bounce, auto_reply, list, other."""
    return mail_kind.kind_of(mail_message.read(raw), mail_from).kind.value


# --- end of reading mail --------------------------------------------------------------------------------------------
