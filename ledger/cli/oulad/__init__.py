"""Import of the Open University Learning Analytics Dataset: real exam results, invented parties."""

from ledger.cli.oulad.command import oulad

__all__ = ["oulad"]
