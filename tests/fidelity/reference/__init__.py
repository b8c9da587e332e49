"""The real SQLAlchemy, asked to run a plan on a mapping.

`model` makes classes of a mapping, `statement` makes a SELECT of a plan, `capture` listens to what reaches the database,
`walk` reads the objects as an endpoint would, `session` does these in order.
"""
