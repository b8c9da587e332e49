"""What a request failed with, said by the exception that matters."""

from sqlalchemy.exc import MissingGreenlet, SQLAlchemyError

from .guard import WRITES



def described(answer, watched, origins):
    """`{type, message, origin, path}`; `None` where nothing was raised and the status is no failure."""
    error, path, query = answer.error, None, None
    is_failure = error is not None or (answer.status or 200) >= 500
    if not is_failure:
        return None
    cause = _cause(error)
    if watched is not None and watched.raised_by is not None:
        # A framework may have made a text of it, with no exception behind it.
        raised, path, query = watched.raised_by
        cause = _cause(raised) or raised
    if watched is not None and watched.wrote is not None:
        message = f"{WRITES} ({_first_line(watched.wrote)})"
        return _said(type(watched.wrote).__name__, message, origins.of_traceback(watched.wrote.__traceback__), None, origins)
    if cause is None and error is None:
        return _said("HTTPError", f"the endpoint answered with status {answer.status}", None, None, origins)
    cause = cause or error
    origin = origins.of_traceback(cause.__traceback__) or (origins.of_traceback(error.__traceback__) if error else None)
    if origin is None and query and watched is not None:
        origin = watched.query_list[query - 1].origin
    return _said(type(cause).__name__, _first_line(cause), origin, path, origins)


def _cause(error):
    """The exception of SQLAlchemy's in a chain of causes, however a framework wrapped it; the innermost, if several."""
    found, seen = None, set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, SQLAlchemyError):
            found = error
            original = getattr(error, "orig", None)
            if isinstance(original, MissingGreenlet):
                return original
        error = error.__cause__ or error.__context__
    return found


def _said(kind, message, origin, path, origins):
    return {"type": kind, "message": message, "origin": origins.described(origin), "path": path}


def _first_line(error):
    return (str(error).strip().split("\n", 1)[0] or type(error).__name__)[:400]
