"""How the values of a column stand in a response: in the same words as the native lane's, whatever the driver makes of them."""

import datetime
import decimal
import json
import math
import re
import uuid


def plain(value):
    """A value as JSON has it; what JSON has no form for, as Python writes it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return value.hex()
    if isinstance(value, datetime.timedelta):
        return interval(value)
    if hasattr(value, "lower_inc"):
        return of_range(value)
    if hasattr(value, "as_string"):
        return value.as_string()
    if isinstance(value, tuple) and len(value) == 2:
        return "(" + ",".join(f"{one:.17g}" for one in value) + ")"
    return document(value) if isinstance(value, (dict, list)) else str(value)


def writer(described):
    """What writes the values of a column of that type."""
    name = (described or "").lower()
    if name.endswith("[]"):
        return _unless_null(array)
    if name.endswith("multirange"):
        return _unless_null(multirange)
    written = {"json": document, "jsonb": document, "money": amount, "char": letter}.get(name)
    return plain if written is None else _unless_null(written)


def _unless_null(written):
    return lambda value: None if value is None else written(value)


def document(value):
    return json.dumps(value, ensure_ascii=False)


def array(value):
    """Lists in lists; numbers and truths bare, everything else in quotes. Of elements that it does not know, a driver gives
    the text of the whole array."""
    if isinstance(value, str) and value.startswith("{"):
        value = [_element(quoted, bare) for quoted, bare in re.findall(r'"((?:[^"\\]|\\.)*)"|([^",{}]+)', value)]
    if isinstance(value, list):
        return "[" + ",".join(_inner(one) for one in value) + "]"
    return _inner(value)


def _inner(value):
    if isinstance(value, list):
        return array(value)
    if isinstance(value, dict):
        return document(value)
    value = plain(value)
    if isinstance(value, float) and not math.isfinite(value):
        value = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return json.dumps(value, ensure_ascii=False)


def _element(quoted, bare):
    if bare:
        return None if bare == "NULL" else bare
    return re.sub(r"\\(.)", r"\1", quoted)


def interval(value):
    """In the server's own words."""
    microseconds = value // datetime.timedelta(microseconds=1)
    sign, rest = ("-", -microseconds) if microseconds < 0 else ("", microseconds)
    days, rest = divmod(rest, 86_400_000_000)
    parts = [f"{sign}{days} {'day' if days == 1 and not sign else 'days'}"] if days else []
    if rest or not parts:
        seconds, fraction = divmod(rest, 1_000_000)
        time = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        parts.append(f"{time}.{fraction:06}".rstrip("0") if fraction else time)
    return " ".join(parts)


def of_range(value):
    """`[1,5)`, `(,2024-01-01]`, `empty`."""
    if value.isempty:
        return "empty"
    opening, closing = "[" if value.lower_inc else "(", "]" if value.upper_inc else ")"
    return f"{opening}{_bound(value.lower)},{_bound(value.upper)}{closing}"


def _bound(value):
    if value is None:
        return ""
    text = str(plain(value))
    if text and not re.search(r'[\s"\\,()\[\]]', text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def multirange(value):
    return "{" + ",".join(of_range(one) for one in value) + "}"


def amount(value):
    """Money without the currency and the separators that a server's locale gives it."""
    return re.sub(r"[^0-9.\-]", "", str(value))


def letter(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value
