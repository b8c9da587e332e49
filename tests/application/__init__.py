"""Equal to the source: an override gives what the same options give when they are written into the program by hand.

A seed makes an application: models, routes, and for each route overrides, with the route in which the override is written
by hand. A process that knows nothing of Fetchscope sends the requests and listens to the engine itself; the worker watches
and overrides. The two have to agree on every statement and every answer.
"""
