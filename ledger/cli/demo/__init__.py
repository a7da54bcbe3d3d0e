"""The demonstration: a ledger with invented agencies, honest and not, and thousands of students."""

from ledger.cli.demo.command import demo

__all__ = ["demo"]
