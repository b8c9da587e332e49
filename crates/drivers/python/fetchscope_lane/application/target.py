"""The program that is measured: imported from its folder, with the environment it needs."""

import importlib
import importlib.util
import inspect
import os
import sys

from .guard import WRITES, is_write
from .origin import Origins


class CannotImport(Exception):
    """What was named cannot be had; the message says why, and what to do."""


class Target:
    """`kind` is `asgi`, `wsgi`, `function` or `coroutine`."""

    def __init__(self, name, value, kind, package):
        self.name, self.value, self.kind, self.package = name, value, kind, package


def load(name, directory, env_file, is_call):
    """Imports `module:attribute`, where `()` at the end calls it, and says what kind of program it is."""
    sys.dont_write_bytecode = True
    if directory:
        os.chdir(directory)
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    if env_file:
        _read_environment(env_file)
    module_name, _, path = name.partition(":")
    calls = path.endswith("()")
    path = path[:-2] if calls else path
    sys.argv = [module_name]
    module = _imported(module_name, here)
    value = _found(module, path or ("application" if hasattr(module, "application") else "app"), name)
    if calls:
        value = _called(value, name)
    return Target(name, value, "function" if is_call and not _is_async(value) else _kind(value, name, is_call), _package(module))


def _imported(name, here):
    try:
        return importlib.import_module(name)
    except SystemExit as error:
        raise CannotImport(f"importing `{name}` ended the program with status {error.code}") from error
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise CannotImport(
                f"there is no module `{error.name}` in {here} or in this Python; --directory says where to import from"
            ) from error
        raise CannotImport(
            f"importing `{name}` failed: it needs `{error.name}`, which this Python does not have; "
            "--python names the one that your program runs in"
        ) from error
    except Exception as error:
        said = f"importing `{name}` failed{_where(error)}: {type(error).__name__}: {_first_line(error)}"
        if is_write(error):
            said += f"; {WRITES}"
        if isinstance(error, KeyError) or type(error).__name__ in ("ValidationError", "ImproperlyConfigured"):
            said += "; settings that it reads from the environment can be given with --env-file"
        raise CannotImport(said) from error


def _where(error):
    """The innermost line of the program's own, or else of anything that it imports."""
    origins = Origins(".")
    found = origins.of_traceback(error.__traceback__)
    return f" at {origins.shown(found[0])}:{found[1]}" if found else ""


def _first_line(error):
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return " ".join(lines[:3])[:400]


def _found(module, path, name):
    value = module
    for step in path.split("."):
        try:
            value = getattr(value, step)
        except AttributeError:
            there = [one for one in sorted(vars(module)) if _looks_like_application(vars(module)[one])]
            hint = f"; it has {', '.join(f'`{one}`' for one in there)}" if there else ""
            raise CannotImport(f"`{module.__name__}` has no `{step}`, which `{name}` names{hint}") from None
    return value


def _looks_like_application(value):
    return not inspect.isclass(value) and any(
        one.__name__ in ("Starlette", "FastAPI", "Flask", "Quart", "Litestar") for one in type(value).__mro__
    )


def _called(factory, name):
    try:
        return factory()
    except Exception as error:
        raise CannotImport(f"calling `{name}` failed{_where(error)}: {type(error).__name__}: {_first_line(error)}") from error


def _kind(value, name, is_call):
    if is_call:
        return "coroutine"
    if not callable(value) or inspect.isclass(value):
        raise CannotImport(f"`{name}` is a {type(value).__name__}, which is not an ASGI or WSGI application")
    if _is_async(value):
        return "asgi"
    try:
        needed = [
            one for one in inspect.signature(value).parameters.values()
            if one.default is one.empty and one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        needed = [None, None]
    if len(needed) == 2 or hasattr(value, "wsgi_app"):
        return "wsgi"
    if not needed:
        raise CannotImport(f"`{name}` is a function without parameters: if it makes the application, write `{name}()`")
    raise CannotImport(f"`{name}` takes {len(needed)} arguments, so it is neither an ASGI nor a WSGI application")


def _is_async(value):
    call = getattr(value, "__call__", None)
    return inspect.iscoroutinefunction(inspect.unwrap(value) if callable(value) else value) or inspect.iscoroutinefunction(call)


def _package(module):
    """The folder of the program's own top-level package; `None` for a module by itself."""
    top = sys.modules.get(module.__name__.split(".")[0])
    paths = list(getattr(top, "__path__", ()))
    return os.path.realpath(paths[0]) if paths else None


def _read_environment(file):
    """`NAME=value` on each line, as the tools that read such files have it; what is set already stays."""
    try:
        with open(file, encoding="utf-8") as lines:
            text = lines.read()
    except OSError as error:
        raise CannotImport(f"the environment file {file} cannot be read: {error.strerror}") from error
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, found, value = line.removeprefix("export ").partition("=")
        if not found:
            continue
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        elif " #" in value:
            value = value.split(" #", 1)[0].rstrip()
        os.environ.setdefault(name.strip(), value)
