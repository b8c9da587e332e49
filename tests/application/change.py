"""The change that Fetchscope proposes, applied and run: `python tests/application/change.py [--python PYTHON] [WORD …]`.

Each snippet of `snippets.py` is a program. The worker runs it with a variant, says how its code has to change, and the changed
program is run by another worker without the variant. It must send as many statements and give the same answer."""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
WORKER = os.path.join(HERE, "..", "..", "crates", "drivers", "python", "worker.py")
LIMITS = {"rows": 1_000_000, "bytes": 100_000_000, "seconds": 60}
CONDITIONS = {"rtt_ms": 0, "jitter_ms": 0}


class Worker:
    def __init__(self, python, folder, database):
        environment = {**os.environ, "CHANGE_DATABASE": database, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        self._log = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [python, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, env=environment, cwd=folder
        )
        self._hear()

    def _hear(self):
        for line in self._process.stdout:
            said = json.loads(line)
            if "alive" not in said:
                return said
        raise RuntimeError("the worker ended")

    def ask(self, **order):
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        said = self._hear()
        if set(said) == {"error"}:
            self._log.seek(0)
            raise RuntimeError(f"{order['do']}: {said['error']}\n{self._log.read()[-1500:]}")
        return said

    def open(self, case, folder):
        is_call = case.path is None
        self.ask(do="application", directory=folder, is_call=is_call, **{"import": "snippet:main" if is_call else "snippet:app"})
        request = {"call": "main"} if is_call else {"method": "GET", "path": case.path}
        self.ask(do="request", request=request, conditions=CONDITIONS, limits=LIMITS)

    def trace(self, **order):
        return self.ask(do="trace", peak=False, knock_out=False, **order)["traced"]

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._log.close()


def applied(content, difference):
    """A unified diff on top of a text; every line that is not added must be there."""
    lines, result, at = re.findall(r"[^\n]*\n|[^\n]+", content), [], 0
    difference = re.findall(r"[^\n]*\n|[^\n]+", difference)
    assert difference[0].startswith("--- ") and difference[1].startswith("+++ "), difference[:2]
    for index, line in enumerate(difference[2:], 2):
        if line.startswith("@@"):
            first, count = re.match(r"@@ -(\d+)(?:,(\d+))? ", line).groups()
            start = int(first) - (count != "0")
            result += lines[at:start]
            at = start
        elif line.startswith("\\"):
            pass
        else:
            kind, text = line[0], line[1:]
            if index + 1 < len(difference) and difference[index + 1].startswith("\\"):
                text = text[:-1]
            if kind in " -":
                assert at < len(lines) and lines[at] == text, f"{text!r} is not at line {at + 1}"
                at += 1
            if kind in " +":
                result.append(text)
    return "".join([*result, *lines[at:]])


def together(content):
    """Lists that were broken into lines, on one line."""
    content = re.sub(r",?\s*\n\s*([)\]])", r"\1", content)
    return re.sub(r",\n\s*", ", ", re.sub(r"([(\[])\n\s*", r"\1", content))


def check(case, python, folder, database):
    """Sentences about what is wrong."""
    shutil.copy(os.path.join(HERE, "models.py"), folder)
    for name, source in {**case.files, "snippet.py": case.source}.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "wb") as file:
            file.write(source if isinstance(source, bytes) else source.encode())
    worker = Worker(python, folder, database)
    try:
        worker.open(case, folder)
        strategies = {**case.strategies, **{path: "select" for path in case.remove}}
        expected = worker.trace(strategies=strategies)
        changes = worker.ask(do="change", strategies=case.strategies, remove=case.remove)["changes"]
    finally:
        worker.close()
    wrong = []
    if case.show:
        print(json.dumps(changes, indent=1, ensure_ascii=False))
    notes = [one["note"] for one in changes if one["diff"] is None]
    if case.note is not None:
        if not any(case.note in (note or "") for note in notes):
            wrong.append(f"the note {case.note!r} is missing: {changes}")
    elif notes and not case.more_notes:
        wrong.append(f"no diff: {notes}")
    if case.options is not None and case.options not in [one["options"] for one in changes]:
        wrong.append(f"options are {[one['options'] for one in changes]}, not {case.options!r}")
    for one in changes:
        compile(f"f({one['options']})", "options", "eval")
    if case.note is not None:
        return wrong
    contents = {}
    for one in changes:
        if one["diff"] is None:
            continue
        name = one["file"]
        if name not in contents:
            with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
                contents[name] = file.read()
        before = contents[name]
        contents[name] = applied(before, one["diff"])
        if ("\r\n" in before) != ("\r\n" in contents[name]) or re.search(r"(?<!\r)\n", contents[name]) and "\r\n" in before:
            wrong.append("line ends are mixed")
        long = [line for line in contents[name].splitlines() if len(line) > 100 and line not in before.splitlines()]
        if long and not case.is_long:
            wrong.append(f"too long: {long}")
    for name, content in contents.items():
        compile(content.lstrip("\ufeff"), name, "exec")
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
            file.write(content)
        for part in case.has:
            if part not in content and part not in together(content):
                wrong.append(f"{part!r} is not in\n{content}")
        for part in case.has_not:
            if part in content:
                wrong.append(f"{part!r} is still in\n{content}")
    worker = Worker(python, folder, database)
    try:
        worker.open(case, folder)
        found = worker.trace()
    finally:
        worker.close()
    for name in ("query_count", "body_hash", "status"):
        if found[name] != expected[name]:
            wrong.append(f"{name} is {found[name]}, not {expected[name]}")
    if found["error"] or expected["error"]:
        wrong.append(f"fails: {found['error'] or expected['error']}")
    if wrong:
        wrong += [one["diff"] or str(one["note"]) for one in changes]
    return wrong


def main():
    from snippets import CASES

    options = argparse.ArgumentParser()
    options.add_argument("--python", default=sys.executable)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--show", action="store_true")
    options.add_argument("words", nargs="*")
    asked = options.parse_args()
    cases = [one for one in CASES if not asked.words or any(word in one.name for word in asked.words)]
    names = [one.name for one in cases]
    assert len(set(names)) == len(names), "two snippets have one name"
    passed = failed = 0
    with tempfile.TemporaryDirectory() as top:
        database = os.path.join(top, "data.db")
        environment = {**os.environ, "CHANGE_DATABASE": database, "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([asked.python, os.path.join(HERE, "models.py")], check=True, env=environment)

        def run(numbered):
            number, case = numbered
            case.show = asked.show
            folder = os.path.join(top, str(number))
            os.mkdir(folder)
            try:
                return case, check(case, asked.python, folder, database)
            except Exception:
                return case, [traceback.format_exc()]

        with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
            for case, wrong in pool.map(run, enumerate(cases)):
                passed, failed = passed + (not wrong), failed + bool(wrong)
                if wrong:
                    print(f"{case.name}:", *wrong, sep="\n  ")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
