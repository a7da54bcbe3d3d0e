"""The HTTP side: routes, schemas, pages and problems over one open ledger.

A route is a body read strictly, one call, and an answer. ``create_app`` puts everything together.
"""
