"""The user's own endpoint: imported, asked, watched, and asked again with its relationships loaded another way.

`target` imports what was named, `guard` keeps its engines from writing, `lifespan` starts it and `senders` ask it.
Every engine and session of the process is listened to by `hooks`; whose statement it is says a context variable in
`request`. A request is either watched (`watch`: statements, queries, paths, reads, and which line sent them) or measured
(`meter`: where its time went). `overrides` changes how the queries of a request load, `compare` says whether the answer is
still the same. `desk` is what the worker is asked. What SQLAlchemy keeps to itself is used in `internals` alone.
"""
