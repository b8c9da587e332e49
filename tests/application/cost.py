"""What measuring costs: the same requests in a process without any of Fetchscope's hooks, and in one that measures, in turns.

`PYTHON tests/application/cost.py`: the median of the ratios of all turns, with a 95 % interval (bootstrap over turns).
"""

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LANE = os.path.join(ROOT, "crates", "drivers", "python")
TURNS, REQUESTS = 60, 6
MOST = 1 << 30

REQUESTS_OF = {
    "GET /users?limit=50, sync, lazy": "/users?limit=50",
    "GET /users/joined?limit=50, sync": "/users/joined?limit=50",
    "GET /users/selectin?limit=50, sync": "/users/selectin?limit=50",
    "GET /async/users/selectin?limit=50, async": "/async/users/selectin?limit=50",
    "GET /organizations?limit=20, sync, lazy": "/organizations?limit=20",
}


def child(measures):
    sys.path.insert(0, LANE)
    from fetchscope_lane.application import program, senders
    from fetchscope_lane.application.lifespan import Lifespan
    from fetchscope_lane.application.meter import Measured
    from fetchscope_lane.application.request import REQUEST
    from fetchscope_lane.application.target import load

    if measures:
        program._install(False)
    target = load("citizenapp.main:app", os.path.join(ROOT, "datasets", "citizenapp", "app"), None, False)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    lifespan = Lifespan(target.value, loop)
    lifespan.start()

    async def ask(spec):
        began = time.perf_counter_ns()
        if not measures:
            await senders.ask_asgi(target.value, lifespan.state, spec, MOST)
        else:
            request = Measured()
            token = REQUEST.set(request)
            try:
                await senders.ask_asgi(target.value, lifespan.state, spec, MOST)
            finally:
                REQUEST.reset(token)
            request.done()
        return time.perf_counter_ns() - began

    async def turn(path, count):
        spec = senders.Spec({"path": path})
        return [await ask(spec) for _ in range(count)]

    for line in sys.stdin:
        path, count = json.loads(line)
        print(json.dumps(loop.run_until_complete(turn(path, count))), flush=True)


class Child:
    def __init__(self, kind):
        command = [sys.executable, "-B", os.path.abspath(__file__), kind]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def turn(self, path, count):
        self._process.stdin.write(json.dumps([path, count]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def end(self):
        self._process.stdin.close()
        self._process.wait()


def interval(ratios):
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(2000))
    return medians[50], medians[1950]


def main():
    children = [Child("bare"), Child("measured")]
    for name, path in REQUESTS_OF.items():
        for one in children:
            one.turn(path, 20)
        ratios = []
        for number in range(TURNS):
            order = children if number % 2 else children[::-1]
            took = {one: min(one.turn(path, REQUESTS)) for one in order}
            ratios.append(took[children[1]] / took[children[0]])
        low, high = interval(ratios)
        print(f"{name:<44} {statistics.median(ratios):.3f} ({low:.3f} to {high:.3f}) times the bare call, {TURNS} turns")
    for one in children:
        one.end()


if __name__ == "__main__":
    child(sys.argv[1] == "measured") if sys.argv[1:] else main()
