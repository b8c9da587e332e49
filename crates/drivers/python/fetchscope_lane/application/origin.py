"""Which line of the user's code sent a statement."""

import os
import sys
import sysconfig


class Origins:
    """Tells the user's files from those of frameworks. `directory` is where the program is; `package` is its own top-level
    package, which may be installed among the others."""

    def __init__(self, directory, package=None):
        self._directory = os.path.realpath(directory)
        self._package = package
        self._others = {os.path.realpath(sysconfig.get_paths()[name]) for name in ("stdlib", "purelib", "platlib")}
        self._ours = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
        self._known = {}

    def __call__(self, frame):
        """The nearest frame of the user's at or above this one; in a greenlet the stack goes on in the one that waits for it."""
        found = self._scan(frame)
        greenlet = sys.modules.get("greenlet")
        if found is None and greenlet is not None:
            current = greenlet.getcurrent()
            while found is None and current.parent is not None:
                current = current.parent
                if current.gr_frame is not None:
                    found = self._scan(current.gr_frame)
        return found

    def of_traceback(self, traceback):
        """The innermost frame of the user's in a traceback."""
        found = None
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if self._is_users(code.co_filename):
                found = code.co_filename, traceback.tb_lineno, code.co_name
            traceback = traceback.tb_next
        return found

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

    def _scan(self, frame):
        while frame is not None:
            code = frame.f_code
            if self._is_users(code.co_filename):
                return code.co_filename, frame.f_lineno, code.co_name
            frame = frame.f_back
        return None

    def _is_users(self, file):
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = self._looks_like_users(file)
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


def _is_in(file, folder):
    return file.startswith(folder + os.sep)
