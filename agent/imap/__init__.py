"""An ordinary mailbox as a way in: IMAP."""
