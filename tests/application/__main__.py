"""`python -m application --seeds 0..20`: from the folder `tests`."""

import argparse
import collections
import concurrent.futures
import os
import shutil
import sys
import tempfile
import threading
import traceback

from . import check
from .apps import App


def main():
    read = argparse.ArgumentParser(prog="application", description=__doc__)
    read.add_argument("--seeds", default="0..8", help="FROM..TO, or one")
    read.add_argument("--only", metavar="KIND", help="endpoints of this kind alone")
    read.add_argument("--postgres", metavar="URL", help="the server for psycopg and asyncpg; a schema is made for each application")
    read.add_argument("--python", action="append", help="an interpreter to run applications in; can be given more than once")
    read.add_argument("--most", type=int, default=24, help="overrides per endpoint")
    read.add_argument("--endpoints", type=int, default=8, help="endpoints per application")
    read.add_argument("--jobs", type=int, default=2)
    read.add_argument("--keep", metavar="DIRECTORY", help="keep the applications there")
    read.add_argument("--show", type=int, default=30, help="disagreements that are printed")
    arguments = read.parse_args()
    first, _, last = arguments.seeds.partition("..")
    seeds = range(int(first), int(last) if last else int(first) + 1)
    pythons = arguments.python or [sys.executable]
    tally, lock = _Tally(arguments.show), threading.Lock()

    def work(task):
        seed, python = task
        directory = os.path.join(arguments.keep, str(seed)) if arguments.keep else tempfile.mkdtemp(prefix="application")
        os.makedirs(directory, exist_ok=True)
        try:
            app = App(seed, arguments.postgres, arguments.only, arguments.most, arguments.endpoints)
            app.write(directory)
            results = check.run(app, python, directory)
        except Exception:
            results = [check.Result("application", f"seed {seed}", [traceback.format_exc()])]
        finally:
            if not arguments.keep:
                shutil.rmtree(directory, ignore_errors=True)
        with lock:
            for one in results:
                tally.add(one, seed, python)

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(work, [(seed, python) for seed in seeds for python in pythons]))
    tally.end()


class _Tally:
    def __init__(self, show):
        self._show, self._kinds = show, collections.defaultdict(lambda: [0, 0])

    def add(self, result, seed, python):
        self._kinds[result.kind][bool(result.problems)] += 1
        if result.problems and self._show:
            self._show -= 1
            print(f"--- seed {seed}, {python}: {result.kind}, {result.name}", flush=True)
            for one in result.problems:
                print(one, flush=True)

    def end(self):
        for kind, (passed, failed) in sorted(self._kinds.items()):
            print(f"{kind:28} {passed:6} passed {failed:5} failed")
        passed, failed = (sum(one[index] for one in self._kinds.values()) for index in (0, 1))
        print(f"{passed} passed, {failed} failed")
        sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
