"""What may be said: statement types, the records they read, and the rules that admit them.

Pure. No input or output, no clock, no randomness, no framework: the service that admits a statement
and the auditor that replays it years later run exactly this code. ``admission`` is the entrance.
"""
