"""What is said to the program that started this one, and heard from it: a JSON document a line, either way.

The real standard streams are kept for that. Whatever else this process runs finds nothing to read on standard input, and
what it prints goes to standard error.
"""

import json
import os
import queue
import sys
import threading
import time

# How often samples that are ready are sent, and how often a sign of life is given when there is nothing to say. Seconds.
TICK, PULSE = 0.04, 0.5


class Channel:
    """Made once, before anything else could print."""

    def __init__(self):
        self._input = os.fdopen(os.dup(0), "rb")
        self._output = os.dup(1)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self._held, self._spoke = [], time.monotonic()
        self._heard = queue.SimpleQueue()
        self.interrupted = lambda: None
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._pulse, daemon=True).start()

    def orders(self):
        """What is to be done, one after the other. A wish to stop is not among them: it is heard at once."""
        while True:
            yield self._heard.get()

    def say(self, **document):
        """Sends what was held back, and this."""
        with self._lock:
            self._write([*self._held, document])
            self._held = []

    def hold(self, **document):
        """Sends this with the next tick, so that a request does not wait for the reader of its figures."""
        with self._lock:
            self._held.append(document)

    def _write(self, documents):
        data = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in documents).encode()
        self._spoke = time.monotonic()
        while data:
            data = data[os.write(self._output, data) :]

    def _listen(self):
        for line in self._input:
            order = json.loads(line)
            if order["do"] == "cancel":
                self.interrupted()
            else:
                self._heard.put(order)
        # Nobody is left who could want anything, whatever is under way.
        os._exit(0)

    def _pulse(self):
        while True:
            time.sleep(TICK)
            with self._lock:
                if self._held:
                    self._write(self._held)
                    self._held = []
                elif time.monotonic() - self._spoke > PULSE:
                    # Modules and work tell an import that comes further from one that hangs.
                    self._write([{"alive": len(sys.modules), "cpu": time.process_time_ns()}])
