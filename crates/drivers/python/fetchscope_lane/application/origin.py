"""Which line of the user's code sent a statement."""

import os
import sys
import sysconfig


# What stands between a program and its database, or calls it.
FRAMEWORKS = {
    "aiosqlite", "anyio", "asgi_lifespan", "asyncpg", "exceptiongroup", "fastapi", "fastapi_pagination", "flask",
    "flask_sqlalchemy", "gevent", "greenlet", "jinja2", "litestar", "marshmallow", "opentelemetry", "orjson", "pg8000", "psycopg",
    "psycopg2", "pydantic", "pydantic_core", "pymysql", "quart", "sentry_sdk", "sqlalchemy", "sqlalchemy_utils", "sqlmodel",
    "starlette", "typing_extensions", "uvicorn", "werkzeug",
}


class Origins:
    """Tells the user's files from those of frameworks. `directory` is where the program is; `package` is its own top-level
    package, which may be installed among the others."""

    def __init__(self, directory, package=None):
        self._directory = os.path.realpath(directory)
        self._package = package
        self._others = {os.path.realpath(sysconfig.get_paths()[name]) for name in ("stdlib", "purelib", "platlib")}
        # The worker begins beside its package.
        self._ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
        self._known, self._installed = {}, {}

    def __call__(self, frame):
        """The nearest frame of the user's at or above this one, or else of a program that is installed and is no framework;
        in a greenlet the stack goes on in the one that waits for it."""
        return self._found(frame, self._is_users) or self._found(frame, self._is_program)

    def _found(self, frame, is_wanted):
        found = self._scan(frame, is_wanted)
        greenlet = sys.modules.get("greenlet")
        if found is None and greenlet is not None:
            current = greenlet.getcurrent()
            while found is None and current.parent is not None:
                current = current.parent
                if current.gr_frame is not None:
                    found = self._scan(current.gr_frame, is_wanted)
        return found

    def of_traceback(self, traceback):
        """The innermost frame of the user's in a traceback, or else of a program that is installed and is no framework."""
        users = program = None
        while traceback is not None:
            code = traceback.tb_frame.f_code
            here = code.co_filename, traceback.tb_lineno, code.co_name
            if self._is_users(code.co_filename):
                users = here
            elif self._is_program(code.co_filename):
                program = here
            traceback = traceback.tb_next
        return users or program

    def described(self, origin):
        """As it is reported: a file inside the directory by its path from there."""
        if origin is None:
            return None
        file, line, function = origin
        return {"file": self.shown(file), "line": line, "function": function}

    def shown(self, file):
        file = os.path.realpath(file)
        inside = os.path.relpath(file, self._directory)
        return file if inside.startswith(os.pardir) else inside

    def _scan(self, frame, is_wanted):
        while frame is not None:
            code = frame.f_code
            if is_wanted(code.co_filename):
                return code.co_filename, frame.f_lineno, code.co_name
            frame = frame.f_back
        return None

    def _is_users(self, file):
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = self._looks_like_users(file)
        return known

    def _is_program(self, file):
        known = self._installed.get(file)
        if known is None:
            known = self._installed[file] = _is_installed(os.path.realpath(file))
        return known

    def _looks_like_users(self, file):
        if not os.path.isfile(file):
            # Made of text, or compiled elsewhere.
            return False
        file = os.path.realpath(file)
        if _is_in(file, self._ours):
            return False
        if self._package is not None and _is_in(file, self._package):
            return True
        parts = file.split(os.sep)
        if "site-packages" in parts or "dist-packages" in parts:
            return False
        return _is_in(file, self._directory) or not any(_is_in(file, one) for one in self._others)


def _is_installed(file):
    """Whether a file belongs to a package that is none of the frameworks."""
    parts = file.split(os.sep)
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            package = parts[len(parts) - parts[::-1].index(folder)]
            return os.path.isfile(file) and package.removesuffix(".py") not in FRAMEWORKS
    return False


def _is_in(file, folder):
    return file.startswith(folder + os.sep)
