"""Which request the code that runs now belongs to."""

import contextvars

# The request that this thread, task or greenlet serves: `watch.Watched`, `meter.Measured`, or none of ours.
REQUEST = contextvars.ContextVar("fetchscope_request", default=None)


class Untouched:
    """What a request does about a statement where nothing is changed: nothing."""

    def rewritten(self, statement):
        return statement
