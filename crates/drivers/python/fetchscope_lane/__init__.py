"""The real SQLAlchemy, asked by Fetchscope to run a plan on a mapping.

`model` makes classes of a mapping, `statement` makes a SELECT of a plan, `bulk` loads what SQLAlchemy has no option for, `walk`
reads the objects as an endpoint would.
`session` runs a plan once and tells everything that reached the database, which `capture` hears. `clients` and `tasks` run it
again and again, in threads or in one event loop, and `meter` says where the time went. `worker` is the program that is
told on its standard input what to do.
"""
