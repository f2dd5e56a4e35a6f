"""What mail is: address, message, quote, kind, letter. Pure."""
