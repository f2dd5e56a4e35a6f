"""The web room: pages on this machine. It is an edge like the others: what it shows and does is handed to it."""
