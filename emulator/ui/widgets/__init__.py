"""Widgets for tables, records and lines that never hold more than what can be seen of them."""
