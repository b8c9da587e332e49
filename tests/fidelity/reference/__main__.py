"""`python -m reference`: a request a line in, an answer a line out.

A request has `url`, `mapping`, `plan` and, where there are any, `limits` of `statements` and `rows`. A plan that goes
beyond them, or that SQLAlchemy does not take, is answered with `refused` and the reason.
`--check-goldens` holds the program against the recorded answers instead.
"""

import gc
import json
import sys
import warnings

from sqlalchemy.exc import SQLAlchemyError

from fetchscope_lane import session
from fetchscope_lane.address import Address
from fetchscope_lane.capture import Limits, Refused
from fetchscope_lane.model import Model

from . import goldens

# On SQLite, a statement that multiplies its rows beyond measure is stopped after so much work.
WORK = 20


def answer(request):
    try:
        model = Model(request["mapping"])
    except (SQLAlchemyError, LookupError) as error:
        return {"refused": f"mapping: {type(error).__name__}: {error}"}
    try:
        return session.answer(Address.of_url(request["url"]), model, request["plan"], limits(request))
    except Refused as refusal:
        return {"refused": str(refusal)}
    except Exception as error:
        return {"refused": f"plan: {type(error).__name__}: {error}"}
    finally:
        model.close()


def limits(request):
    return Limits(**request["limits"], work=WORK) if "limits" in request else Limits()


def main():
    warnings.simplefilter("ignore")
    if sys.argv[1:] == ["--check-goldens"]:
        sys.exit(goldens.check() != 0)
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
