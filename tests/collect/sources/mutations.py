"""Payloads made wrong in the ways that platforms,
proxies and attackers make them wrong; one seed, one sequence.
"""

import copy
import json
import random

HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "[click](javascript:document.title='owned')",
    "{{constructor.constructor('document.title=1')()}} ${7*7}",
    "=cmd|' /C calc'!A0",
    "\u202egnirts desrever\u202c",
    "a\u0000b\u0007c",
    "\ud800 half",
    "half \udfff",
    "\ufeff",
    "Z\u0351\u0336\u0300a\u0335lgo" * 40,
    "'; DROP TABLE posts; --",
    "../../../../etc/passwd",
    "<![CDATA[x]]><![x",
    "&#x110000;&#0;&lt;",
    "2026-13-45T99:99:99Z",
    "jane@example.com +1 415 555 0142",
    "@" * 500,
    "http://" * 300,
    "\U0001f468\u200d\U0001f469" * 50,
    "x" * 20_000,
    "<div>" * 3_000,
    "<" * 5_000,
    "9" * 400,
    "1e999",
    "did:plc:abc",
    "at://did:plc:a/app.bsky.feed.post/b",
]
WRONG = [
    None,
    True,
    False,
    0,
    -1,
    7,
    10**12,
    2**63,
    10**40,
    -(10**25),
    1.5,
    float("nan"),
    float("inf"),
    float("-inf"),
    1e308,
    "",
    " ",
    "0",
    "null",
    [],
    {},
    [None],
    [[]],
    {"": ""},
    {"a": {"b": [1, {"c": None}]}},
    [1, "a", {}],
]
DEEP, TWICE = "@@deep@@", "@@twice@@"


def mutate(body: bytes, rng: random.Random) -> bytes:
    """Return one body with some faults; a quarter are broken as bytes, the others stay (mostly) JSON."""
    if rng.random() < 0.25:
        return _bytes(body, rng)
    try:
        value = json.loads(body)
    except ValueError:
        return _bytes(body, rng)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        value = spoil(value, rng)
    return dump(value, rng)


def spoil(value, rng: random.Random):
    """Return a value with one fault somewhere in it."""
    value = copy.deepcopy(value)
    places = list(_places(value))
    if not places:
        return rng.choice(WRONG)
    holder, key = rng.choice(places)
    act = rng.randrange(9)
    if act == 0:
        del holder[key]
    elif act <= 3:
        holder[key] = copy.deepcopy(rng.choice(WRONG))
    elif act <= 5:
        holder[key] = rng.choice(HOSTILE)
    elif act == 6:
        holder[key] = rng.choice((DEEP, TWICE, [holder[key]], {"value": holder[key]}))
    elif act == 7 and isinstance(holder, dict):
        other = rng.choice((str(key).upper(), f"{key}_v2", "", "a" * 300, "p\ud800", "x.y", "post", "id"))
        holder[other] = holder.pop(key)
    elif isinstance(holder, list):
        holder.insert(0, copy.deepcopy(holder[key]))
    else:
        holder[key] = str(holder[key])[:50]
    return value


def dump(value, rng: random.Random) -> bytes:
    """Return JSON text in which the marked places are nested very deeply or named twice."""
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5 or "\\ud" in json.dumps(value))
    depth = rng.choice((20, 200, 900, 5_000))
    text = text.replace(
        f'"{DEEP}"', rng.choice(("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth))
    )
    text = text.replace(f'"{TWICE}"', '{"id": 1, "id": "2", "text": "a", "text": null}')
    return text.encode("utf-8", "surrogatepass")


def _bytes(body: bytes, rng: random.Random) -> bytes:
    act, at = rng.randrange(7), rng.randrange(max(1, len(body)))
    if act == 0:
        return body[:at]
    if act == 1:
        return body[:at] + bytes(rng.randrange(256) for _ in range(rng.randrange(1, 20))) + body[at:]
    if act == 2:
        return body[:at] + b"\xff\xfe\xc3\x28\xed\xa0\x80" + body[at + 3 :]
    if act == 3:
        return body.decode("utf-8", "replace").encode(
            rng.choice(("utf-16", "latin-1", "cp1252", "utf-7")), "replace"
        )
    if act == 4:
        return body[at:] + body[:at]
    if act == 5:
        return rng.choice(
            (
                b"",
                b"\x00" * 50,
                b"<html><body>502 Bad Gateway</body></html>",
                b"null",
                b"[]",
                b"{}",
                b"7",
                b'"text"',
                b"[" * 100_000,
                b'{"a":' * 5_000,
                b"NaN",
                b"\xef\xbb\xbf" + body,
                b"1" * 6_000,
            )
        )
    changed = bytearray(body)
    for _ in range(rng.randrange(1, 8)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _places(value):
    """Yield (holder, key) of everything inside a value."""
    left = [value]
    while left:
        holder = left.pop()
        keys = (
            list(holder)
            if isinstance(holder, dict)
            else range(len(holder))
            if isinstance(holder, list)
            else ()
        )
        for key in keys:
            yield holder, key
            if isinstance(holder[key], dict | list):
                left.append(holder[key])
