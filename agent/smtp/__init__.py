"""The wire: how mail comes in, and how it goes out."""
