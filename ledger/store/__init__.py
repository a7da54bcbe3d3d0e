"""The store: statements become durable here, in one transaction each batch, or not at all.

The only room that knows eventsourcing and a database. Whoever needs the ledger opens it with
:class:`ledger.store.ledger.Ledger`.
"""
