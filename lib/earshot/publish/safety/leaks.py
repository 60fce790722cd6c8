"""Secrets and private paths: found in a page or notebook before it is published, hidden in quoted text."""

import os
import re

PICTURE = re.compile(r"data:[a-z/+.-]+;base64,[A-Za-z0-9+/=]+")
NAMED = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|WEBHOOK|NOTIFY", re.I)
SHORTEST = 8
PATTERNS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{50,}\b"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a Google key": re.compile(r"\bAIza[A-Za-z0-9_-]{35}"),
    "a Stripe key": re.compile(r"\b[rs]k_live_[A-Za-z0-9]{16,}\b"),
    "a model provider's key": re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"),
    "a signed web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "a password in an address": re.compile(
        r"\b[a-z][a-z0-9+.-]{2,20}://[^\s/:@\"'<>]{1,64}:[^\s/@\"'<>]{3,64}@", re.I
    ),
    "a path in somebody's home folder": re.compile(
        r"(?:(?<![\w/.-])|(?<=file://))(?:/home/|/Users/|/root/)[\w.-]+|\b[A-Z]:\\{1,2}Users\\{1,2}[\w.-]+"
    ),
}


def found(text: str) -> list[str]:
    """Return what leaks in the text ("a GitHub token",
    "the value of the environment variable X"), never the secret.
    """
    words = PICTURE.sub("", text)
    kinds = [what for what, pattern in PATTERNS.items() if pattern.search(words)]
    return kinds + [
        f"the value of the environment variable {name}" for name in _named() if os.environ[name] in words
    ]


def hide(text: str) -> str:
    """Return the text with every such pattern replaced by [secret], so that no post can stop a page."""
    for pattern in PATTERNS.values():
        text = pattern.sub("[secret]", text)
    return text


def _named() -> list[str]:
    """Return the environment variables whose name says secret and whose value is long enough to be one."""
    return [name for name, value in os.environ.items() if NAMED.search(name) and len(value) >= SHORTEST]
