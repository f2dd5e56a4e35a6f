"""Alliance: an email service that helps people design a working agreement."""
