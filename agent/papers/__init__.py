"""The papers that go with an agreement: a page to print, and a calendar file."""
