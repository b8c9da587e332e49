"""`python -m generate`: a line with a `seed` (and `only`, `without`: lists of groups) in, a case a line out."""

import json
import sys

from . import case


def main():
    for line in sys.stdin:
        print(json.dumps(case(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
