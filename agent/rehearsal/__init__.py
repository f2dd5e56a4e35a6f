"""A whole alliance on this machine: the real service on loopback, people's mailboxes, and a clock that can jump.

`script` reads what is to happen, `mailbox` is what people see, `personas` says who they may be, with mails as `programs`
and `machines` write them, `play` runs the two together, and `keep`
leaves a folder. Whoever shows it (a terminal, a page) is handed each mail as it arrives, and is not known here.
"""
