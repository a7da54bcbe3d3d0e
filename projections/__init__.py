"""Read models: what the log says about certificates, students and agencies, in tables to ask.

Each view is a pure fold of the facts that took effect, in log order, and can be thrown away and
made again. Its rows hold public facts and positions; what is personal stays encrypted in the vault
and is opened when somebody entitled asks.
"""
