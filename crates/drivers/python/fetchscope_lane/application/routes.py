"""The routes of an application, as its framework lists them."""

import inspect


def of(application, origins):
    """`[{method, path, name, needs, origin}]`; `None` where the framework is not known. `needs` are parameters that a
    request has to give."""
    found = []
    if _flask(application, found, origins) or _starlette(application, "", found, origins, set()):
        return found
    return None


def _starlette(application, prefix, found, origins, seen):
    application = _unwrapped(application)
    routes = getattr(application, "routes", None)
    if routes is None or id(application) in seen:
        return routes is not None
    seen.add(id(application))
    for route in _flattened(routes):
        path = prefix + (getattr(route, "path", None) or "")
        inner = getattr(route, "app", None)
        methods = getattr(route, "methods", None)
        if methods is None:
            if hasattr(inner, "routes") or hasattr(_unwrapped(inner), "routes"):
                _starlette(inner, path.rstrip("/"), found, origins, seen)
            elif hasattr(route, "routes"):
                _starlette(route, path.rstrip("/"), found, origins, seen)
            continue
        endpoint = getattr(route, "endpoint", None)
        if not getattr(route, "include_in_schema", True) and _is_documentation(path):
            continue
        needs = sorted(getattr(route, "param_convertors", {}) or ())
        needs += _required(getattr(route, "dependant", None))
        for method in sorted(methods - {"HEAD", "OPTIONS"}):
            found.append(_described(method, path, endpoint, needs, origins))
    return True


def _flattened(routes):
    """FastAPI since 0.165 keeps the routes of an included router as one, and says what becomes of each."""
    for route in routes:
        candidates = getattr(route, "effective_candidates", None)
        if candidates is None:
            yield route
        else:
            yield from _flattened(candidates())


def _is_documentation(path):
    return path.rsplit("/", 1)[-1] in ("openapi.json", "docs", "redoc", "oauth2-redirect")


def _required(dependant):
    """What FastAPI asks a request for: query, headers, cookies and body, of the route and what it depends on."""
    if dependant is None:
        return []
    names = []
    for kind in ("query_params", "header_params", "cookie_params", "body_params"):
        for one in getattr(dependant, kind, ()):
            field = getattr(one, "field_info", one)
            required = field.is_required() if hasattr(field, "is_required") else getattr(one, "required", False)
            if required:
                names.append(getattr(one, "alias", None) or one.name)
    for inner in getattr(dependant, "dependencies", ()):
        names += _required(inner)
    return list(dict.fromkeys(names))


def _unwrapped(application):
    """The application inside middleware that was put around it by hand."""
    for _ in range(20):
        if application is None or hasattr(application, "routes") or hasattr(application, "url_map"):
            return application
        application = getattr(application, "app", None)
    return application


def _flask(application, found, origins):
    application = _unwrapped(application) or application
    rules = getattr(getattr(application, "url_map", None), "iter_rules", None)
    if rules is None:
        return False
    for rule in rules():
        if rule.endpoint == "static" or rule.endpoint.endswith(".static"):
            continue
        view = application.view_functions.get(rule.endpoint)
        needs = sorted(rule.arguments - set(rule.defaults or ()))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append(_described(method, rule.rule, view, needs, origins))
    return True


def _described(method, path, endpoint, needs, origins):
    origin = None
    if endpoint is not None:
        plain = inspect.unwrap(endpoint)
        code = getattr(plain, "__code__", None)
        if code is not None:
            origin = origins.described((code.co_filename, code.co_firstlineno, code.co_name))
    return {"method": method, "path": path or "/", "needs": needs, "origin": origin}
