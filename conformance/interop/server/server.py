"""A server for GPT Image 2, written by hand from the model's page and the wire facts.

    python3 server.py --port 0 [--key KEY] [--fault NAME] [--list-faults]

It shares no code with the mock, the suite or the generated validators: it checks the suite from outside. It prints one
line, its URL. The key is `--key`, else RUNWARE_API_KEY, else `airspec-local`. With `--fault` it has one defect out of
`faults.py`; every `F("…")` below is the place of a defect. It calls webhooks and upload addresses on this machine only.

Choices where the sources are silent: a wrong media type of the request is answered 400, an unknown id in a poll has no
items, an id stays in use after its task has ended, every violation of a task is reported.
"""

from __future__ import annotations

import argparse
import base64
import functools
import http.client
import io
import json
import os
import random
import re
import socket
import sys
import threading
import time
import unicodedata
import uuid
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from PIL import Image

import faults

FAULT: str | None = None
KEY = "airspec-local"
BASE = ""
DOCS = "https://runware.ai/docs/models/openai-gpt-image-2#request-"
MODEL = "openai:gpt-image@2"
MEDIA = {"JPG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SETS = {
    "outputType": ["URL", "base64Data", "dataURI"],
    "outputFormat": ["JPG", "PNG", "WEBP"],
    "deliveryMethod": ["sync", "async"],
    "providerSettings.openai.moderation": ["auto", "low"],
    "providerSettings.openai.quality": ["auto", "high", "medium", "low"],
}
REQUIRED = ["taskType", "taskUUID", "model", "positivePrompt", "width", "height"]
TOP = {
    "taskType", "taskUUID", "outputType", "outputFormat", "outputQuality", "webhookURL", "deliveryMethod",
    "uploadEndpoint", "safety", "ttl", "includeCost", "inputs", "numberResults", "model", "positivePrompt", "width",
    "height", "providerSettings",
}
TYPES = {
    "outputQuality": "integer", "ttl": "integer", "numberResults": "integer", "width": "integer",
    "height": "integer", "includeCost": "boolean", "safety": "object", "safety.checkContent": "boolean",
    "inputs": "object", "inputs.referenceImages": "string[]", "providerSettings": "object",
    "providerSettings.openai": "object",
}
#: minimum, maximum, step
RANGES = {
    "outputQuality": (20, 99, None), "ttl": (60, None, None), "numberResults": (1, 20, None),
    "width": (16, 3840, 16), "height": (16, 3840, 16),
}
OTHER_PROVIDERS = {"google", "bfl", "bytedance", "klingai", "alibaba", "xai", "ideogram", "bria", "lightricks"}


def F(name: str) -> bool:
    """Whether the server has this defect."""
    return name == FAULT


# ---------------------------------------------------------------------------------------------------------- errors


def last(path: str) -> str:
    name = path.rsplit(".", 1)[-1]
    return name[:1].upper() + name[1:]


def problem(code: str, path: str | None, message: str, **more) -> dict:
    error = {"code": code, "message": message}
    if path is not None:
        error["parameter"] = path
        error["documentation"] = DOCS + path.lower().replace(".", "-")
    error.update(more)
    return error


def invalid(path: str, message: str, **more) -> dict:
    return problem("invalid" + last(path), path, message, type=TYPES.get(path, "string"), **more)


def unsupported_value(path: str, allowed: list) -> dict:
    shown = list(allowed)
    if F("error-allowed-values-wrong") and path == "outputFormat":
        shown.append("TIFF")
    more = {} if F("error-allowed-values-missing") else {"allowedValues": shown}
    return problem("unsupported" + last(path), path, f"{path} must be one of {', '.join(shown)}.", type="string", **more)


# ------------------------------------------------------------------------------------------------------ value checks

PCHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
REG = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*"
AUTHORITY = rf"(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{{2}})*@)?(?:\[[0-9A-Fa-f:.]+\]|{REG})(?::[0-9]*)?"
URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://{AUTHORITY}(?:/{PCHAR}*)*|/(?:{PCHAR}+(?:/{PCHAR}*)*)?|{PCHAR}+(?:/{PCHAR}*)*|)"
    rf"(?:\?(?:{PCHAR}|[/?])*)?(?:#(?:{PCHAR}|[/?])*)?"
)
UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
UUID4 = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")
DATA_URI = re.compile(r"data:image/[a-zA-Z]+;base64,[a-zA-Z0-9+/=]+")
BASE64 = re.compile(r"[a-zA-Z0-9+/=]+")


def is_uri(text: str) -> bool:
    if F("uri-relative-accepted") and text.startswith("/"):
        return True
    if F("uri-space-accepted"):
        text = text.replace(" ", "%20")
    if F("uri-non-ascii-accepted"):
        text = "".join(c if ord(c) < 128 else "x" for c in text)
    if F("uri-without-scheme-accepted") and re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/\S*)?", text):
        return True
    if F("uri-bad-percent-accepted"):
        text = text.replace("%", "x")
    if not URI.fullmatch(text):
        return False
    if F("uri-fragment-refused") and "#" in text:
        return False
    if F("uri-userinfo-refused") and "@" in text.split("?")[0]:
        return False
    if F("uri-ipv6-refused") and "[" in text:
        return False
    if F("uri-longer-than-255-refused") and len(text) > 255:
        return False
    if F("uri-query-refused-with-semicolon") and re.search(r"\?.*[;,]", text):
        return False
    return True


def is_task_uuid(text: str) -> bool:
    if F("uuid-any-version-accepted"):
        return bool(UUID.fullmatch(text)) and text[19] in "89abAB"
    if F("uuid-any-variant-accepted"):
        return bool(UUID.fullmatch(text)) and text[14] == "4"
    if F("uuid-without-hyphens-accepted") and re.fullmatch(r"[0-9a-fA-F]{12}4[0-9a-fA-F]{3}[89abAB][0-9a-fA-F]{15}", text):
        return True
    if F("uuid-in-braces-accepted") and text[:1] == "{" and text[-1:] == "}":
        text = text[1:-1]
    if F("uuid-trimmed"):
        text = text.strip()
    if F("uuid-upper-case-refused") and text != text.lower():
        return False
    return bool(UUID4.fullmatch(text))


def is_reference(text: str) -> bool:
    if F("reference-base64-refused"):
        return bool(UUID.fullmatch(text) or is_uri(text))
    if F("reference-uuid-refused") and UUID.fullmatch(text):
        return False
    if F("reference-data-uri-refused") and text.startswith("data:"):
        return False
    if F("reference-data-uri-webp-refused") and text.startswith("data:image/webp"):
        return False
    if F("reference-any-text-accepted") and text:
        return True
    if F("reference-empty-accepted") and not text:
        return True
    if F("reference-http-refused") and text.startswith("http:"):
        return False
    return bool(UUID.fullmatch(text) or is_uri(text) or DATA_URI.fullmatch(text) or BASE64.fullmatch(text))


def grapheme_count(text: str) -> int:
    joined, count = False, 0
    for c in text:
        if unicodedata.combining(c) or c in "\u200d\ufe0f" or "\U0001f3fb" <= c <= "\U0001f3ff":
            joined = c == "\u200d"
            continue
        count += 0 if joined else 1
        joined = False
    return count


def prompt_length(text: str) -> tuple[int, int]:
    """The length as the minimum sees it, and as the maximum does."""
    n = len(text)
    if F("prompt-trimmed"):
        n = len(text.strip())
    if F("prompt-collapsed"):
        n = len(re.sub(r"\s+", " ", text))
    if F("prompt-max-in-bytes"):
        return n, len(text.encode())
    if F("prompt-max-in-utf16"):
        return n, len(text.encode("utf-16-le")) // 2
    if F("prompt-min-in-bytes"):
        return len(text.encode()), n
    if F("prompt-min-in-utf16"):
        return len(text.encode("utf-16-le")) // 2, n
    if F("prompt-min-in-graphemes"):
        return grapheme_count(text), n
    if F("prompt-max-in-graphemes"):
        return n, grapheme_count(text)
    if F("prompt-min-in-nfc"):
        return len(unicodedata.normalize("NFC", text)), n
    if F("prompt-max-in-nfc"):
        return n, len(unicodedata.normalize("NFC", text))
    if F("prompt-max-in-nfkd"):
        return n, len(unicodedata.normalize("NFKD", text))
    return n, n


def check_prompt(task: dict) -> list[dict]:
    if "positivePrompt" not in task:
        return []
    text = task["positivePrompt"]
    if F("prompt-number-as-text") and isinstance(text, (int, Decimal)) and not isinstance(text, bool):
        text = str(text) + "  "
    if not isinstance(text, str):
        return [invalid("positivePrompt", "positivePrompt must be a string.", min=2, max=32000)]
    if F("prompt-unchecked-with-references") and isinstance(task.get("inputs"), dict) and task["inputs"].get("referenceImages"):
        return []
    if F("prompt-maximum-unchecked-in-async") and task.get("deliveryMethod") == "async" and len(text) > 2:
        return []
    if F("prompt-minimum-unchecked-with-many-results") and task.get("numberResults", 1) != 1:
        return []
    low, high = prompt_length(text)
    least, most = 2, 32000
    if F("prompt-min-1"):
        least = 1
    if F("prompt-min-0"):
        least = 0
    if F("prompt-max-exclusive"):
        most = 31999
    if F("prompt-max-32768"):
        most = 32768
    if F("prompt-max-4000"):
        most = 4000
    bad = not least <= low or high > most
    bad |= F("prompt-control-refused") and any(ord(c) < 32 and c not in "\n\t\r" for c in text)
    bad |= F("prompt-nul-refused") and "\0" in text
    bad |= F("prompt-line-end-refused") and "\n" in text
    bad |= F("prompt-astral-refused") and any(ord(c) > 0xFFFF for c in text)
    bad |= F("prompt-markup-refused") and "<" in text
    bad |= F("prompt-bidi-refused") and any(c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for c in text)
    bad |= F("prompt-backslash-refused") and "\\" in text
    bad |= F("prompt-blank-refused") and not text.strip()
    bad |= F("prompt-non-ascii-refused") and not text.isascii()
    bad |= F("prompt-byte-order-mark-refused") and "\ufeff" in text
    bad |= F("prompt-digits-only-refused") and text.isdigit()
    bad |= F("prompt-long-word-refused") and re.search(r"\S{1000}", text) is not None
    if bad:
        return [invalid("positivePrompt", "positivePrompt must have 2 to 32000 characters.", min=2, max=32000)]
    return []


def whole(value, path: str):
    """The integer, or None. A number with the fraction zero is an integer, as in JSON Schema."""
    if F("text-as-integer") and isinstance(value, str) and re.fullmatch(r"\d+", value):
        return int(value)
    if F("true-as-one") and isinstance(value, bool):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    if F("fraction-cut-off") and path == "outputQuality":
        return int(value)
    if isinstance(value, Decimal):
        if value.adjusted() > 400 or value != value.to_integral_value():
            return None
        return int(value)
    return value


def check_integer(path: str, task: dict) -> list[dict]:
    """Checks a number; writes the integer back into the task."""
    if path not in task:
        return []
    low, high, step = RANGES[path]
    value = whole(task[path], path)
    shown = {"min": low}
    if high is not None:
        shown["max"] = high
    if step is not None:
        shown["multiplier"] = step
    if F("error-maximum-wrong") and path == "width":
        shown["max"] = 4096
    if F("error-minimum-wrong") and path == "outputQuality":
        shown["min"] = 0
    if F("error-step-wrong") and step:
        shown["multiplier"] = 8
    refused = [invalid(path, f"{path} must be an integer within its bounds.", **shown)]
    if value is None:
        return refused
    with_async = task.get("deliveryMethod") == "async"
    inputs = task.get("inputs")
    with_references = isinstance(inputs, dict) and bool(inputs.get("referenceImages"))
    # Every branch in here is a defect.
    if path == "width":
        if F("width-negative-accepted") and value < 0:
            low, value = -(10**30), value
        if F("width-zero-accepted") and value == 0:
            return []
        if F("width-step-unchecked-above-2048") and value > 2048:
            step = None
        if F("width-maximum-exclusive"):
            high = 3839
        if F("width-wraps-at-16-bits"):
            value %= 65536
        if F("width-step-64"):
            step = 64
        if F("width-unchecked-in-async") and with_async:
            high = None
        if F("width-step-unchecked-with-references") and with_references:
            step = None
        if F("width-maximum-4096"):
            high = 4096
        if F("width-negative-as-positive"):
            value = abs(value)
    if path == "height":
        if F("height-clamped-to-maximum"):
            value = min(value, 3840)
        if F("height-raised-to-minimum"):
            value = max(value, 16)
        if F("height-step-8"):
            step = 8
        if F("height-rounded-to-step") and value > 16:
            value -= value % 16
        if F("height-wraps-at-32-bits"):
            value %= 2**32
        if F("height-unchecked-beside-maximal-width") and task.get("width") == 3840:
            high = None
        if F("height-step-32") and value > 16:
            step = 32
        if F("height-hole-above-2160") and 2160 < value < 3840:
            return refused
        if F("height-maximum-by-width") and isinstance(task.get("width"), int) and task["width"] > 2048:
            high = 2048
        if F("height-minimum-256"):
            low = 256
        if F("height-unchecked-for-png") and task.get("outputFormat") == "PNG":
            step = None
    if path == "outputQuality":
        if F("quality-wraps-at-8-bits"):
            value %= 256
        if F("quality-steps-of-five"):
            step = 5 if value != 99 else None
        if F("quality-unchecked-for-webp") and task.get("outputFormat") == "WEBP":
            value = max(1, min(99, value))
            low = 1
        if F("quality-refused-beside-level") and setting(task, "quality") is not None:
            return refused
        if F("quality-100-accepted"):
            high = 100
        if F("quality-minimum-exclusive"):
            low = 21
        if F("quality-clamped"):
            value = max(20, min(99, value))
        if F("quality-minimum-1"):
            low = 1
        if F("quality-unchecked-for-png") and task.get("outputFormat") == "PNG":
            low, high = -(10**30), None
        if F("quality-refused-for-png") and task.get("outputFormat") == "PNG":
            return refused
    if path == "ttl":
        if F("ttl-whole-minutes-only") and value > 60:
            step = 60
        if F("ttl-unchecked-in-async") and with_async:
            low = -(10**30)
        if F("ttl-refused-in-async") and with_async:
            return refused
        if F("ttl-refused-with-upload") and "uploadEndpoint" in task:
            return refused
        if F("ttl-at-most-a-year"):
            high = 366 * 86400
        if F("ttl-wraps-at-32-bits"):
            value %= 2**32
        if F("ttl-at-most-a-day"):
            high = 86400
        if F("ttl-at-most-31-bits"):
            high = 2**31 - 1
        if F("ttl-minimum-exclusive"):
            low = 61
        if F("ttl-not-positive-means-for-ever") and value <= 0:
            return []
        if F("ttl-minimum-1"):
            low = 1
        if F("ttl-unchecked-unless-link") and task.get("outputType") in ("base64Data", "dataURI"):
            low = -(10**30)
        if F("ttl-refused-unless-link") and task.get("outputType") in ("base64Data", "dataURI"):
            return refused
    if path == "numberResults":
        if F("results-without-maximum"):
            high = None
        if F("results-wraps-at-8-bits"):
            value %= 256
        if F("results-13-refused") and value == 13:
            return refused
        if F("results-unchecked-with-webhook") and "webhookURL" in task:
            value = max(1, min(20, value))
        if F("results-refused-with-many-references") and value > 1 and with_references and len(inputs["referenceImages"]) > 4:
            return refused
        if F("results-zero-means-default") and value == 0:
            value = 1
        if F("results-maximum-exclusive"):
            high = 19
        if F("results-negative-as-positive"):
            value = abs(value)
        if F("results-clamped"):
            value = min(value, 20)
        if F("results-one-in-async") and with_async and value > 1:
            return refused
        if F("results-refused-with-base64") and value > 1 and task.get("outputType") == "base64Data":
            return refused
        if F("results-refused-beyond-four-at-high") and value > 4 and setting(task, "quality") == "high":
            return refused
    if value < low or (high is not None and value > high) or (step and value % step):
        return refused
    task[path] = value
    return []


def setting(task: dict, name: str):
    try:
        return task["providerSettings"]["openai"][name]
    except (KeyError, TypeError):
        return None


def check_set(path: str, owner: dict, name: str) -> list[dict]:
    if name not in owner:
        return []
    value, allowed = owner[name], SETS[path]
    if F("set-array-of-one-accepted") and path == "outputType" and isinstance(value, list) and len(value) == 1:
        value = owner[name] = value[0]
    if not isinstance(value, str):
        return [invalid(path, f"{path} must be a string.", allowedValues=allowed)]
    extra: dict[str, list[str]] = {}
    if F("set-format-unchecked-unless-link") and path == "outputFormat" and owner.get("outputType", "URL") != "URL":
        if value not in allowed:
            owner[name] = "JPG"
            return []
    if F("set-type-unchecked-in-async") and path == "outputType" and owner.get("deliveryMethod") == "async":
        if value not in allowed:
            owner[name] = "URL"
            return []
    if F("set-tiff-accepted"):
        extra = {"outputFormat": ["TIFF"]}
    if F("set-jpeg-accepted"):
        extra = {"outputFormat": ["JPEG"]}
    if F("set-gif-avif-accepted"):
        extra = {"outputFormat": ["GIF", "AVIF"]}
    if F("set-stream-accepted"):
        extra = {"deliveryMethod": ["stream"]}
    if F("set-quality-hd-accepted"):
        extra = {"providerSettings.openai.quality": ["hd", "standard"]}
    if F("set-quality-ultra-accepted"):
        extra = {"providerSettings.openai.quality": ["ultra", "xhigh", "max"]}
    if F("set-quality-of-moderation-swapped"):
        extra = {"providerSettings.openai.moderation": ["high", "medium"]}
    if F("set-moderation-none-accepted"):
        extra = {"providerSettings.openai.moderation": ["none", "off"]}
    if F("set-empty-text-accepted"):
        extra = {path: [""]}
    if F("set-base64-alias-accepted"):
        extra = {"outputType": ["base64", "b64_json", "base64DataURI"]}
    if value in extra.get(path, []):
        owner[name] = allowed[0]
        return []
    folded = {
        "set-format-any-case": "outputFormat", "set-type-any-case": "outputType",
        "set-delivery-any-case": "deliveryMethod", "set-quality-any-case": "providerSettings.openai.quality",
        "set-moderation-any-case": "providerSettings.openai.moderation",
    }
    if folded.get(FAULT or "") == path:
        value = next((a for a in allowed if a.lower() == value.lower()), value)
        owner[name] = value
    if F("set-values-trimmed"):
        value = owner[name] = value.strip()
    if F("set-prefix-accepted") and value:
        value = owner[name] = next((a for a in allowed if a.startswith(value)), value)
    dropped = {
        "set-webp-refused": ("outputFormat", "WEBP"), "set-data-uri-refused": ("outputType", "dataURI"),
        "set-quality-medium-refused": ("providerSettings.openai.quality", "medium"),
        "set-quality-auto-refused": ("providerSettings.openai.quality", "auto"),
        "set-moderation-low-refused": ("providerSettings.openai.moderation", "low"),
        "set-sync-refused-when-written": ("deliveryMethod", "sync"),
    }
    if value not in allowed or dropped.get(FAULT or "") == (path, value):
        return [unsupported_value(path, allowed)]
    return []


def check_const(path: str, task: dict, wanted: str) -> list[dict]:
    if path not in task:
        return []
    value = task[path]
    if not isinstance(value, str):
        return [invalid(path, f"{path} must be a string.")]
    if path == "model":
        if F("model-older-accepted") and value == "openai:gpt-image@1":
            return []
        if F("model-newer-accepted") and value.startswith("openai:gpt-image@2."):
            return []
        if F("model-any-case-accepted"):
            value = value.lower()
        if F("model-any-of-openai-accepted") and value.startswith("openai:"):
            return []
        if F("model-without-version-accepted") and value == "openai:gpt-image":
            return []
        if F("model-trimmed"):
            value = value.strip()
        if F("model-by-slug-accepted") and value in ("openai-gpt-image-2", "gpt-image-2"):
            return []
    return [] if value == wanted else [unsupported_value(path, [wanted])]


# -------------------------------------------------------------------------------------------------------- task checks


def ignored(name: str, value, where: str) -> bool:
    """Whether a defect lets an undeclared name pass. `where` is the path of the object with a dot, or empty."""
    plain = {
        "name-seed-accepted": "seed", "name-steps-accepted": "steps", "name-negative-prompt-accepted": "negativePrompt",
        "name-watermark-accepted": "watermark", "name-settings-accepted": "settings",
        "name-advanced-features-accepted": "advancedFeatures", "name-routing-accepted": "routing",
        "name-prompt-accepted": "prompt", "name-seed-image-accepted": "seedImage", "name-empty-accepted": "",
        "name-schema-accepted": "$schema", "name-top-references-accepted": "referenceImages",
        "name-top-quality-accepted": "quality", "name-top-check-content-accepted": "checkContent",
        "name-background-accepted": "background", "name-cfg-scale-accepted": "CFGScale",
        "name-proto-accepted": "__proto__", "name-resolution-accepted": "resolution",
    }
    if where == "" and FAULT in plain:
        return name == plain[FAULT]
    nested = {
        "name-in-safety-accepted": "safety.", "name-in-inputs-accepted": "inputs.",
        "name-in-openai-accepted": "providerSettings.openai.", "name-other-provider-accepted": "providerSettings.",
    }
    if FAULT in nested:
        return where == nested[FAULT]
    if F("name-setting-one-level-up-accepted"):
        return where == "providerSettings." and name in ("quality", "moderation")
    if F("name-seed-image-in-inputs-accepted"):
        return where == "inputs." and name in ("seedImage", "maskImage", "image", "mask")
    if F("name-background-in-openai-accepted"):
        return where == "providerSettings.openai." and name in ("background", "style", "inputFidelity")
    if F("name-safety-mode-accepted"):
        return where == "safety." and name in ("mode", "tolerance")
    if F("name-x-prefix-accepted"):
        return name.lower().startswith("x-") or name.startswith("x_")
    if F("name-underscore-prefix-accepted"):
        return name.startswith("_")
    if F("name-null-accepted"):
        return value is None
    if F("name-false-accepted"):
        return value is False
    if F("name-other-case-accepted"):
        return where == "" and name.lower() in {n.lower() for n in TOP}
    if F("name-other-case-in-openai-accepted"):
        return where == "providerSettings.openai." and name.lower() in ("quality", "moderation")
    if F("name-trimmed"):
        return name.strip() in TOP
    if F("name-dotted-accepted"):
        return where == "" and name in ("safety.checkContent", "inputs.referenceImages")
    if F("name-snake-case-accepted"):
        return where == "" and "_" in name and re.sub(r"_(\w)", lambda m: m[1].upper(), name) in TOP
    if F("name-beginning-of-declared-accepted"):
        return where == "" and len(name) > 3 and any(n.startswith(name) for n in TOP)
    if F("name-beyond-declared-accepted"):
        return where == "" and any(name.startswith(n) for n in TOP)
    return False


def check_names(owner: dict, declared: set, where: str, task: dict) -> list[dict]:
    found = []
    for name in owner:
        if name in declared or ignored(name, owner[name], where):
            continue
        if F("names-unchecked-in-async") and task.get("deliveryMethod") == "async":
            continue
        if F("names-unchecked-with-webhook") and "webhookURL" in task:
            continue
        path = where + name
        code = "unsupportedParameter"
        if where == "providerSettings." and name in OTHER_PROVIDERS:
            code = "mismatchProviderSettingsProvider"
        if F("error-code-of-unknown-name"):
            code = "inferenceError"
        found.append(problem(code, path, f"{path} is not a parameter of this model."))
    return found


def check_objects(task: dict) -> tuple[list[dict], list[dict]]:
    """The nested objects: violations of names, and of values."""
    names, values = [], []

    def nested(owner: dict, name: str, path: str, declared: set) -> dict:
        if name not in owner:
            return {}
        if not isinstance(owner[name], dict):
            if F("object-array-accepted") and owner[name] == []:
                return {}
            values.append(invalid(path, f"{path} must be an object."))
            return {}
        refused_empty = {"object-empty-safety-refused": "safety", "object-empty-inputs-refused": "inputs",
                         "object-empty-settings-refused": "providerSettings",
                         "object-empty-openai-refused": "providerSettings.openai"}
        if not owner[name] and refused_empty.get(FAULT or "") == path:
            values.append(invalid(path, f"{path} must not be empty."))
        owner[name] = dict(owner[name])
        names.extend(check_names(owner[name], declared, path + ".", task))
        return owner[name]

    safety = nested(task, "safety", "safety", {"checkContent"})
    values += check_flag("safety.checkContent", safety, "checkContent")
    inputs = nested(task, "inputs", "inputs", {"referenceImages"})
    values += check_references(inputs, task)
    provider = nested(task, "providerSettings", "providerSettings", {"openai"})
    openai = nested(provider, "openai", "providerSettings.openai", {"moderation", "quality"})
    for name in ("moderation", "quality"):
        values += check_set("providerSettings.openai." + name, openai, name)
    if F("safety-beside-settings-refused") and safety and provider:
        values.append(invalid("safety", "safety is not possible here."))
    if F("moderation-low-refused-with-check") and openai.get("moderation") == "low" and safety.get("checkContent") is True:
        values.append(invalid("providerSettings.openai.moderation", "not possible here."))
    return names, values


def check_flag(path: str, owner: dict, name: str) -> list[dict]:
    if name not in owner or isinstance(owner[name], bool):
        return []
    if F("flag-text-accepted") and owner[name] in ("true", "false"):
        owner[name] = owner[name] == "true"
        return []
    if F("flag-number-accepted") and owner[name] in (0, 1):
        owner[name] = bool(owner[name])
        return []
    return [invalid(path, f"{path} must be true or false.")]


def check_references(inputs: dict, task: dict) -> list[dict]:
    path = "inputs.referenceImages"
    if "referenceImages" not in inputs:
        return []
    items = inputs["referenceImages"]
    refused = [invalid(path, f"{path} must be 1 to 16 images.", min=1, max=16)]
    if F("references-single-text-accepted") and isinstance(items, str):
        items = inputs["referenceImages"] = [items]
    if F("references-null-items-accepted") and isinstance(items, list):
        items = [i for i in items if i is not None] or items
    if F("references-objects-accepted") and isinstance(items, list):
        items = [i for i in items if not isinstance(i, dict)] or ["aaaa"]
    if not isinstance(items, list):
        return refused
    least, most = 1, 16
    if F("references-empty-accepted"):
        least = 0
    if F("references-17-accepted"):
        most = 17
    if F("references-without-maximum"):
        most = 10**9
    if F("references-16-refused"):
        most = 15
    if F("references-maximum-unchecked-in-async") and task.get("deliveryMethod") == "async":
        most = 10**9
    if not least <= len(items) <= most:
        return refused
    checked = items[:1] if F("references-only-first-checked") else items
    for item in checked:
        if not isinstance(item, str) or not is_reference(item):
            return refused
    if F("references-repeated-refused") and len(set(items)) < len(items):
        return refused
    if F("references-mixed-forms-refused"):
        forms = {"uuid" if UUID.fullmatch(i) else "url" if i.startswith("http") else "bytes" for i in items}
        if len(forms) > 1:
            return refused
    return []


def check_together(task: dict) -> list[dict]:
    """No rule of the page spans two parameters: all of these are defects."""
    if not isinstance(task.get("safety", {}), dict) or not isinstance(task.get("inputs", {}), dict):
        return []
    width, height = task.get("width"), task.get("height")
    sized = isinstance(width, int) and isinstance(height, int)
    if F("webhook-in-async-refused") and "webhookURL" in task and task.get("deliveryMethod") == "async":
        return [invalid("webhookURL", "not possible in async.")]
    if F("webhook-beside-upload-refused") and "webhookURL" in task and "uploadEndpoint" in task:
        return [invalid("uploadEndpoint", "not possible here.")]
    if F("webp-portrait-refused") and task.get("outputFormat") == "WEBP" and sized and height > width:
        return [invalid("height", "not possible here.")]
    if F("upload-refused-unless-link") and "uploadEndpoint" in task and task.get("outputType", "URL") != "URL":
        return [invalid("uploadEndpoint", "not possible here.")]
    if F("png-data-uri-refused") and task.get("outputFormat") == "PNG" and task.get("outputType") == "dataURI":
        return [unsupported_value("outputFormat", ["JPG", "WEBP"])]
    if F("base64-in-async-refused") and task.get("outputType") == "base64Data" and task.get("deliveryMethod") == "async":
        return [invalid("outputType", "not possible in async.")]
    if F("quality-beside-moderation-refused") and setting(task, "quality") and setting(task, "moderation"):
        return [invalid("providerSettings.openai", "one setting only.")]
    if F("portrait-with-references-refused") and "inputs" in task and sized and height > width:
        return [invalid("height", "not possible here.")]
    if F("cost-beside-check-refused") and task.get("includeCost") is True and (task.get("safety") or {}).get("checkContent") is True:
        return [invalid("includeCost", "not possible here.")]
    if F("png-with-webhook-refused") and task.get("outputFormat") == "PNG" and "webhookURL" in task:
        return [invalid("outputFormat", "not possible here.")]
    if F("cost-in-async-refused") and task.get("includeCost") is True and task.get("deliveryMethod") == "async":
        return [invalid("includeCost", "not possible here.")]
    if F("references-refused-with-low-quality") and setting(task, "quality") == "low" and "inputs" in task:
        return [invalid("inputs.referenceImages", "not possible here.")]
    return []


def check_image_task(task: dict) -> list[dict]:
    """All violations, in the order that was seen live: names, missing parameters, the prompt, values."""
    if F("null-means-absent"):
        for name in [n for n in task if n in TOP and n not in REQUIRED and task[n] is None]:
            del task[name]
    if F("null-required-means-absent-and-default"):
        for name in ("width", "height"):
            if name in task and task[name] is None:
                task[name] = 1024
    if F("name-other-case-used"):
        for name in list(task):
            for known in TOP:
                if name != known and name.lower() == known.lower() and known not in task:
                    task[known] = task.pop(name)
    names, values = check_objects(task)
    names = check_names(task, TOP, "", task) + names
    missing = []
    for name in REQUIRED:
        if name in task:
            continue
        if F("size-optional") and name in ("width", "height"):
            task[name] = 1024
            continue
        if F("size-optional-with-references") and name in ("width", "height") and task.get("inputs"):
            task[name] = 1024
            continue
        if F("height-optional-beside-width") and name == "height" and isinstance(task.get("width"), int):
            task[name] = task["width"]
            continue
        if F("prompt-optional-with-references") and name == "positivePrompt" and task.get("inputs"):
            continue
        if F("uuid-optional") and name == "taskUUID":
            task[name] = str(uuid.uuid4())
            continue
        if F("model-optional") and name == "model":
            continue
        code = "missing" + last(name)
        if F("error-code-of-missing"):
            code = "providerError"
        missing.append(problem(code, name, f"{name} is required.", type=TYPES.get(name, "string")))
    prompt = check_prompt(task)
    single: list[dict] = []
    single += check_const("taskType", task, "imageInference")
    if "taskUUID" in task and not (isinstance(task["taskUUID"], str) and is_task_uuid(task["taskUUID"])):
        single.append(invalid("taskUUID", "taskUUID must be a UUID v4."))
    for name in ("outputType", "outputFormat", "deliveryMethod"):
        single += check_set(name, task, name)
    for name in ("webhookURL", "uploadEndpoint"):
        if name in task and not (isinstance(task[name], str) and is_uri(task[name])):
            if F("uri-empty-accepted") and task[name] == "":
                del task[name]
                continue
            if F("uri-unchecked-in-async") and task.get("deliveryMethod") == "async" and isinstance(task[name], str):
                del task[name]
                continue
            if F("uri-of-upload-unchecked-beside-webhook") and name == "uploadEndpoint" and "webhookURL" in task and isinstance(task[name], str):
                continue
            single.append(invalid(name, f"{name} must be a URI."))
    single += check_flag("includeCost", task, "includeCost")
    single += check_const("model", task, MODEL)
    # The defects that look at the other parameter of the size need the height to be read last.
    for name in ("outputQuality", "ttl", "numberResults", "width", "height"):
        single += check_integer(name, task)
    return names + missing + prompt + single + values + check_together(task)


# ---------------------------------------------------------------------------------------------------------- images


@functools.lru_cache(maxsize=48)
def encoded(seed: int, width: int, height: int, form: str, quality: int) -> bytes:
    noise = random.Random(seed)
    small = (max(1, min(width, 384)), max(1, min(height, 384)))
    image = Image.frombytes("RGB", small, noise.randbytes(small[0] * small[1] * 3))
    image = image.resize((max(1, width // 8), max(1, height // 8))).resize((width, height), Image.BILINEAR) \
        if max(width, height) > 384 else Image.blend(image, Image.new("RGB", small, (90, 120, 160)), 0.6)
    if F("image-blank"):
        image = Image.new("RGB", (width, height), (120, 120, 120))
    out = io.BytesIO()
    if form == "JPG":
        image.save(out, "JPEG", quality=quality)
    elif form == "PNG":
        image.save(out, "PNG", compress_level=1)
    else:
        image.save(out, "WEBP", quality=quality, method=0)
    return out.getvalue()


class Result:
    """One image of a task."""

    def __init__(self, task: dict, index: int, owner: Task) -> None:
        self.uuid = owner.shared if F("image-ids-repeat") else str(uuid.uuid4())
        if F("image-id-not-v4"):
            self.uuid = str(uuid.uuid1())
        self.seed = owner.first_seed if F("seeds-repeat") or F("images-repeat") else random.getrandbits(48)
        self.shown_seed = random.getrandbits(48) if F("images-repeat") else self.seed
        self.task, self.index = task, index
        self.width, self.height = task["width"], task["height"]
        self.form = task.get("outputFormat", "PNG" if F("default-format-png") else "JPG")
        self.quality = task.get("outputQuality", 75 if F("default-quality-75") else 95)
        self.created = time.monotonic()
        self.downloads = 0
        with_async = owner.is_async
        if F("size-capped-at-2048"):
            self.width, self.height = min(self.width, 2048), min(self.height, 2048)
        if F("size-floor-64"):
            self.width = max(64, self.width)
        if F("size-swapped-for-portrait") and self.height > self.width:
            self.width, self.height = self.height, self.width
        if F("size-rounded-to-64") and self.width >= 64:
            self.width -= self.width % 64
        if F("size-square-with-references") and task.get("inputs"):
            self.height = self.width
        if F("size-of-second-result-halved") and index == 1:
            self.width = max(16, self.width // 2)
        if F("size-wrong-for-webp") and self.form == "WEBP":
            self.height += 1
        if F("format-webp-as-data-uri-is-jpg") and self.form == "WEBP" and task.get("outputType") == "dataURI":
            self.form = "JPG"
        if F("size-wrong-in-base64") and task.get("outputType") == "base64Data":
            self.width += 16
        if F("size-halved-in-async") and with_async:
            self.width, self.height = max(1, self.width // 2), max(1, self.height // 2)
        if F("size-wrong-at-maximum") and 3840 in (self.width, self.height):
            self.width = min(self.width, 3824)
        if F("format-webp-is-png") and self.form == "WEBP":
            self.form = "PNG"
        if F("format-png-is-jpg-in-base64") and self.form == "PNG" and task.get("outputType") == "base64Data":
            self.form = "JPG"
        if F("format-ignored-in-async") and with_async:
            self.form = "JPG"
        if F("format-of-later-results-default") and index > 0:
            self.form = "JPG"
        if F("quality-ignored-for-webp") and self.form == "WEBP":
            self.quality = 80
        if F("quality-ignored-in-async") and with_async:
            self.quality = 95
        if F("quality-ignored"):
            self.quality = 95
        if F("quality-capped-at-90"):
            self.quality = min(self.quality, 90)
        if F("quality-raised-to-50"):
            self.quality = max(self.quality, 50)
        if F("quality-reversed"):
            self.quality = 119 - self.quality

    def bytes(self) -> bytes:
        return encoded(self.seed, self.width, self.height, self.form, self.quality)

    def item(self, in_poll: bool = False, in_webhook: bool = False) -> dict:
        task = self.task
        item = {"taskType": "imageInference", "taskUUID": task["taskUUID"], "imageUUID": self.uuid}
        form = task.get("outputType", "base64Data" if F("default-type-base64") else "URL")
        if F("poll-always-links") and in_poll:
            form = "URL"
        if F("data-uri-is-link-for-webp") and form == "dataURI" and self.form == "WEBP":
            form = "URL"
        if F("base64-later-results-links") and self.index > 0:
            form = "URL"
        extension = "jpg" if F("link-extension-fixed") else self.form.lower()
        if form == "URL":
            item["imageURL"] = f"{BASE}/image/ws/2/ii/{self.uuid}.{extension}"
        else:
            text = base64.b64encode(self.bytes()).decode()
            if F("base64-cut-short"):
                text = base64.b64encode(self.bytes()[: len(self.bytes()) * 2 // 3]).decode()
            if F("base64-in-lines"):
                text = base64.encodebytes(self.bytes()).decode()
            if F("base64-url-alphabet"):
                text = base64.urlsafe_b64encode(self.bytes()).decode()
            if F("base64-without-padding"):
                text = text.rstrip("=")
            if form == "base64Data":
                item["imageBase64Data"] = ("data:image/jpeg;base64," if F("base64-with-prefix") else "") + text
                if F("base64-beside-link"):
                    item["imageURL"] = f"{BASE}/image/ws/2/ii/{self.uuid}.{extension}"
            else:
                media = "image/jpeg" if F("data-uri-media-type-fixed") else MEDIA[self.form]
                item["imageDataURI"] = f"data:{media};base64,{text}"
        item["seed"] = str(self.shown_seed) if F("seed-as-text") else self.shown_seed
        cost = task.get("includeCost", F("default-cost-included"))
        if (F("cost-missing-in-polls") and in_poll) or (F("cost-missing-with-base64") and form == "base64Data"):
            cost = False
        if F("cost-missing-beyond-first") and self.index > 0:
            cost = False
        if F("cost-missing-in-webhook") and in_webhook:
            cost = False
        if F("cost-though-false") and "includeCost" in task:
            cost = True
        if cost:
            item["cost"] = price(task)
        check = (task.get("safety") or {}).get("checkContent", F("default-check-on"))
        if (F("flag-missing-in-polls") and in_poll) or (F("flag-missing-beyond-first") and self.index > 0):
            check = False
        if F("flag-always"):
            check = True
        if F("flag-only-if-unsafe"):
            check = False
        if check:
            item["NSFWContent"] = "false" if F("flag-as-text") else False
        if F("flag-dropped-beside-cost") and "cost" in item:
            item.pop("NSFWContent", None)
        if F("cost-null-unless-asked") and "cost" not in item:
            item["cost"] = None
        if F("image-fields-null-unless-asked"):
            for name in ("imageURL", "imageBase64Data", "imageDataURI"):
                item.setdefault(name, None)
        if F("link-as-array") and "imageURL" in item:
            item["imageURL"] = [item["imageURL"]]
        if F("seed-differs-in-polls") and in_poll:
            item["seed"] = random.getrandbits(40)
        if F("cost-differs-between-polls") and in_poll and "cost" in item:
            item["cost"] += random.random()
        if F("item-number-of-result"):
            item["index"] = self.index
        if F("link-relative") and "imageURL" in item:
            item["imageURL"] = item["imageURL"][len(BASE):]
        if F("item-undeclared-field"):
            item["positivePrompt"] = task["positivePrompt"]
        if F("item-without-image-id"):
            del item["imageUUID"]
        if F("item-kind-wrong-in-polls") and in_poll:
            item["taskType"] = "getResponse"
        if F("item-id-lower-case"):
            item["taskUUID"] = item["taskUUID"].lower()
        if F("item-id-upper-case"):
            item["taskUUID"] = item["taskUUID"].upper()
        if F("poll-other-image-ids") and in_poll:
            item["imageUUID"] = str(uuid.uuid4())
        if F("webhook-other-image-id") and in_webhook:
            item["imageUUID"] = str(uuid.uuid4())
        if F("link-missing-with-upload") and "uploadEndpoint" in task:
            item.pop("imageURL", None)
        return item


def price(task: dict):
    low = {"low": 0.006, "medium": 0.053, "high": 0.211}.get(setting(task, "quality") or "", 0.053)
    cost = round(max(0.0001, low * task["width"] * task["height"] / 1024**2), 6)
    if F("cost-as-text"):
        return str(cost)
    if F("cost-negative"):
        return -cost
    return cost


# ------------------------------------------------------------------------------------------------------------- state


class Task:
    """An accepted task and its images."""

    def __init__(self, task: dict) -> None:
        self.task = task
        self.started = time.monotonic()
        self.shared, self.first_seed = str(uuid.uuid4()), random.getrandbits(48)
        method = task.get("deliveryMethod", "async" if F("default-delivery-async") else "sync")
        if F("delivery-async-ignored"):
            method = "sync"
        self.is_async = method == "async"
        count = task.get("numberResults", 2 if F("default-results-2") else 1)
        if F("results-one-in-async-silently") and self.is_async:
            count = 1
        if F("results-twenty-gives-nineteen") and count == 20:
            count = 19
        if F("results-at-most-four-silently"):
            count = min(4, count)
        if F("results-one-for-base64-silently") and task.get("outputType") == "base64Data":
            count = 1
        if F("results-one-more-in-async") and self.is_async and count > 1:
            count += 1
        self.results = [Result(task, i, self) for i in range(count)]
        self.delivered: set[int] = set()
        self.ended_polls = 0

    def ready(self, index: int) -> float:
        return self.started + (0.15 + 0.04 * index if self.is_async else 0)

    def finished(self) -> list[Result]:
        now = time.monotonic()
        return [r for r in self.results if self.ready(r.index) <= now]


class State:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.tasks: dict[str, Task] = {}
        self.images: dict[str, Result] = {}
        self.refused_ids: set[str] = set()
        self.sticky: dict[str, object] = {}
        self.requests = 0
        self.accepted = 0
        self.last_errors: list[dict] = []


STATE = State()


def answer_poll(task: dict) -> tuple[list[dict], list[dict]]:
    errors = [problem("unsupportedParameter", n, f"{n} is not a parameter.") for n in task if n not in ("taskType", "taskUUID")]
    wanted = task.get("taskUUID")
    if "taskUUID" not in task:
        errors.append(problem("missingTaskUUID", "taskUUID", "taskUUID is required.", type="string"))
    elif not isinstance(wanted, str) or not UUID.fullmatch(wanted):
        errors.append(invalid("taskUUID", "taskUUID must be a UUID."))
    if errors:
        return [], errors
    with STATE.lock:
        found = STATE.tasks.get(str(wanted).lower())
        if found is None or not found.is_async and not F("poll-of-sync-answers"):
            if F("poll-of-unknown-500"):
                raise RuntimeError("unknown task")
            return [], []
        ready = found.finished()
        items = [dict(r.item(in_poll=True), status="success") for r in ready]
        pending = len(found.results) - len(ready)
        if F("poll-status-missing"):
            for item in items:
                del item["status"]
        if F("poll-status-word"):
            for item in items:
                item["status"] = "completed"
        if F("poll-not-cumulative"):
            items = [i for i, r in zip(items, ready) if r.index not in found.delivered]
            found.delivered.update(r.index for r in ready)
        if F("poll-never-ends"):
            pending += 1
            items = items[:-1]
        if F("poll-early-success") and pending and not items:
            return [{"taskType": "imageInference", "taskUUID": found.task["taskUUID"], "status": "success"}], []
        if F("poll-forgets-at-end") and not pending:
            found.ended_polls += 1
            if found.ended_polls > 1:
                return [], []
        if F("poll-repeats-first") and len(items) > 1:
            items[-1] = items[0]
        if F("poll-end-conflict") and not pending:
            found.ended_polls += 1
            if found.ended_polls > 1:
                return [], [problem("taskNotFound", "taskUUID", "no such task", status="error")]
        waiting = {"taskType": "imageInference", "taskUUID": found.task["taskUUID"], "status": "processing"}
        return items + [dict(waiting) for _ in range(pending)], []


def begin(task: dict) -> Task:
    started = Task(task)
    with STATE.lock:
        STATE.accepted += 1
        STATE.tasks[task["taskUUID"].lower()] = started
        for result in started.results:
            STATE.images[result.uuid] = result
    if "webhookURL" in task or "uploadEndpoint" in task:
        threading.Thread(target=deliver, args=(started,), daemon=True).start()
    return started


# ---------------------------------------------------------------------------------------------------------- delivery


def send(method: str, url: str, body: bytes, media: str | None) -> int:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        return 0
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    try:
        connection = kind(parts.hostname, parts.port, timeout=5)
        connection.request(method, target, body, {"Content-Type": media} if media else {})
        status = connection.getresponse().status
        connection.close()
        return status
    except (OSError, http.client.HTTPException):
        return -1


def send_until_taken(method: str, url: str, body: bytes, media: str | None) -> None:
    pause = 0.25
    for attempt in range(6):
        status = send(method, url, body, media)
        if status == 0 or 200 <= status < 300 or (F("webhook-not-repeated") and method == "POST"):
            return
        time.sleep(pause * random.uniform(0.8, 1.2))
        pause = min(8, pause * 2)


def deliver(started: Task) -> None:
    task = started.task
    if F("webhook-at-start-too") and "webhookURL" in task:
        early = {"taskType": "imageInference", "taskUUID": task["taskUUID"], "status": "processing"}
        send("POST", task["webhookURL"], json.dumps(early).encode(), "application/json")
    if F("webhook-once-for-many") and len(started.results) > 1 and "webhookURL" in task:
        return call(started, started.results[0])
    for result in started.results:
        time.sleep(max(0.0, started.ready(result.index) - time.monotonic()))
        if "uploadEndpoint" in task:
            upload(started, result)
        if "webhookURL" in task:
            call(started, result)


def upload(started: Task, result: Result) -> None:
    url, form = started.task["uploadEndpoint"], started.task.get("outputType", "URL")
    if (F("upload-skipped-for-base64") and form == "base64Data") or (F("upload-skipped-for-data-uri") and form == "dataURI"):
        return
    if (F("upload-skipped-in-async") and started.is_async) or (F("upload-skipped-in-sync") and not started.is_async):
        return
    if F("upload-only-first") and result.index > 0:
        return
    if F("upload-skipped-with-webhook") and "webhookURL" in started.task:
        return
    body, method, media = result.bytes(), "PUT", MEDIA[result.form]
    if F("upload-skipped-for-png") and result.form == "PNG":
        return
    if F("upload-by-post"):
        method = "POST"
    if F("upload-in-base64"):
        body = base64.b64encode(body)
    if F("upload-as-form"):
        body = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + body + b"\r\n--x--\r\n"
        media = "multipart/form-data; boundary=x"
    if F("upload-always-jpg"):
        body = encoded(result.seed, result.width, result.height, "JPG", result.quality)
    if F("upload-cut-short"):
        body = body[: len(body) // 2]
    if F("upload-of-another-image"):
        body = encoded(result.seed + 1, result.width, result.height, result.form, result.quality)
    if F("upload-at-default-quality"):
        body = encoded(result.seed, result.width, result.height, result.form, 95)
    if F("upload-without-query"):
        url = url.split("?")[0]
    if F("upload-with-name-added"):
        base, _, query = url.partition("?")
        url = base.rstrip("/") + "/" + result.uuid + ("?" + query if query else "")
    if F("upload-as-json"):
        body, media = json.dumps(result.item()).encode(), "application/json"
    send(method, url, body, media)
    if F("upload-twice"):
        send(method, url, body, media)


def call(started: Task, result: Result) -> None:
    task = started.task
    url, many = task["webhookURL"], len(started.results)
    if (F("webhook-skipped-in-async") and started.is_async) or (F("webhook-skipped-in-sync") and not started.is_async):
        return
    if F("webhook-only-first") and result.index > 0 or F("webhook-only-last") and result.index < many - 1:
        return
    if F("webhook-skipped-with-upload") and "uploadEndpoint" in task:
        return
    if F("webhook-skipped-for-base64") and task.get("outputType") in ("base64Data", "dataURI"):
        return
    item: object = result.item(in_webhook=True)
    if F("webhook-always-link"):
        item = {k: v for k, v in result.item().items() if k not in ("imageBase64Data", "imageDataURI")}
        item["imageURL"] = f"{BASE}/image/ws/2/ii/{result.uuid}.{result.form.lower()}"
    if F("webhook-all-in-one"):
        if result.index < many - 1:
            return
        item = {"data": [r.item() for r in started.results]}
    if F("webhook-without-task-id"):
        del item["taskUUID"]
    if F("webhook-only-ids"):
        item = {k: item[k] for k in ("taskType", "taskUUID", "imageUUID")}
    method, media, body = "POST", "application/json", json.dumps(item).encode()
    if F("webhook-by-put"):
        method = "PUT"
    if F("webhook-by-get"):
        method = "GET"
    if F("webhook-as-text"):
        media = "text/plain"
    if F("webhook-as-form"):
        body, media = ("payload=" + json.dumps(item)).encode(), "application/x-www-form-urlencoded"
    if F("webhook-without-query"):
        url = url.split("?")[0]
    if F("webhook-query-sorted"):
        base, mark, query = url.partition("?")
        url = base + mark + "&".join(sorted(query.split("&")))
    if F("webhook-first-query-part-only"):
        url = url.split("&")[0]
    if F("webhook-path-lower-case"):
        base, mark, query = url.partition("?")
        url = base.lower() + mark + query
    if F("webhook-carries-bytes"):
        body, media = result.bytes(), MEDIA[result.form]
    if F("webhook-body-in-text"):
        body = json.dumps(json.dumps(item)).encode()
    if F("webhook-empty-body"):
        body = b""
    send_until_taken(method, url, body, media)
    if F("webhook-twice"):
        send_until_taken(method, url, body, media)


# -------------------------------------------------------------------------------------------------------- one request


def reported(errors: list[dict], task: dict) -> list[dict]:
    """Adds what joins an error to its task."""
    out = []
    for error in errors:
        if isinstance(task.get("taskType"), str):
            error["taskType"] = task["taskType"]
        if isinstance(task.get("taskUUID"), str):
            error["taskUUID"] = task["taskUUID"]
        if F("error-without-task-id"):
            error.pop("taskUUID", None)
        if F("error-task-id-made-up") and "taskUUID" in error:
            error["taskUUID"] = str(uuid.uuid4())
        if F("error-without-parameter"):
            error.pop("parameter", None)
        if F("error-without-message"):
            error.pop("message", None)
        if F("error-code-snake-case"):
            error["code"] = re.sub(r"([A-Z])", r"_\1", error["code"]).lower()
        if F("error-height-named-width") and error.get("parameter") == "height":
            error["parameter"], error["code"] = "width", error["code"].replace("Height", "Width")
        if F("error-code-of-values") and error["code"].startswith("invalid"):
            error["code"] = "providerInternalError"
        if F("error-code-of-step-server") and error.get("parameter") in ("width", "height") and error["code"].startswith("invalid"):
            error["code"] = "internalServerError"
        if F("error-value-code-is-auth") and error["code"].startswith("unsupported"):
            error["code"] = "invalidApiKey"
        if F("error-documentation-wrong") and "documentation" in error:
            error["documentation"] = DOCS + "model"
        if F("error-documentation-case") and error.get("parameter"):
            error["documentation"] = DOCS + str(error["parameter"])
        if F("error-type-wrong") and error.get("type") == "integer":
            error["type"] = "string"
        if F("error-code-always-same"):
            error["code"] = "invalidRequest"
        if F("error-code-missing"):
            error.pop("code")
        if F("error-parameter-as-pointer") and isinstance(error.get("parameter"), str):
            error["parameter"] = "/" + error["parameter"].replace(".", "/")
        if F("error-parameter-upper-level") and isinstance(error.get("parameter"), str):
            error["parameter"] = error["parameter"].split(".")[0]
        out.append(error)
        if F("error-twice"):
            out.append(dict(error))
        if F("error-second-about-model") and error.get("parameter") != "model":
            out.append(dict(error, code="invalidModel", parameter="model"))
    return out


def run_image_task(task: dict, position: int, count: int) -> tuple[list[dict], list[dict]]:
    sent, task = task, dict(task)
    with STATE.lock:
        sticky = {"sticky-format": "outputFormat", "sticky-cost": "includeCost", "sticky-results": "numberResults",
                  "sticky-quality": "outputQuality", "sticky-safety": "safety", "sticky-type": "outputType"}.get(FAULT or "")
        stuck = STATE.sticky.pop(sticky, None) if sticky and sticky not in task else None
    unchecked = F("batch-last-unchecked") and count > 2 and position == count - 1
    unchecked |= F("batch-only-first-checked") and position > 0
    unchecked |= F("batch-beyond-tenth-unchecked") and position >= 10
    unchecked |= F("unchecked-after-300-requests") and STATE.requests > 300
    unchecked |= F("every-thirtieth-unchecked") and STATE.requests % 30 == 0
    before = dict(task)
    errors = check_image_task(task)
    if unchecked and errors and isinstance(before.get("taskUUID"), str):
        made = {"taskType": "imageInference", "taskUUID": before["taskUUID"], "model": MODEL, "positivePrompt": "xx",
                "width": 64, "height": 64}
        errors, task = [], made
    if F("server-error-for-null") and any(v is None for v in sent.values()):
        raise TypeError("null")
    if F("server-error-for-huge-number") and any(isinstance(v, (int, Decimal)) and abs(v) > 2**63 for v in sent.values()):
        raise OverflowError("too large")
    if F("server-error-for-nested-array") and isinstance(sent.get("inputs"), list):
        raise TypeError("list")
    if F("server-error-for-number-as-prompt") and isinstance(sent.get("positivePrompt"), (int, Decimal)):
        raise TypeError("no text")
    if F("async-errors-come-later") and errors and task.get("deliveryMethod") == "async" and isinstance(task.get("taskUUID"), str):
        return [{"taskType": "imageInference", "taskUUID": task["taskUUID"]}], []
    known = isinstance(task.get("taskUUID"), str)
    with STATE.lock:
        if errors and F("webhook-for-refused-task") and isinstance(sent.get("webhookURL"), str) and is_uri(sent["webhookURL"]) and known:
            made = Task({"taskUUID": task["taskUUID"], "width": 64, "height": 64, "webhookURL": sent["webhookURL"]})
            threading.Thread(target=deliver, args=(made,), daemon=True).start()
        if errors:
            if F("id-taken-by-refused-task") and known:
                STATE.refused_ids.add(task["taskUUID"].lower())
            return [], reported(errors, sent)
        wanted = task["taskUUID"].lower()
        old = STATE.tasks.get(wanted)
        taken = old is not None or wanted in STATE.refused_ids
        if F("id-conflict-unchecked"):
            taken = False
        if F("id-free-after-sync") and old is not None and not old.is_async:
            taken = False
        if F("id-conflict-unchecked-in-async") and old is not None and old.is_async:
            taken = False
        if F("id-conflict-unchecked-in-batch") and wanted in STATE.sticky.get("batch", ()):  # type: ignore[operator]
            taken = False
        if F("id-memory-of-ten") and old is not None and wanted not in list(STATE.tasks)[-10:]:
            taken = False
        if F("id-conflict-case-sensitive") and old is not None and old.task["taskUUID"] != task["taskUUID"]:
            taken = False
        if taken:
            code = "taskFailed" if F("error-conflict-code") else "conflictTaskUUID"
            if F("id-conflict-ends-first"):
                STATE.tasks.pop(wanted, None)
            return [], reported([problem(code, "taskUUID", "This taskUUID is in use.", type="string")], sent)
        if stuck is not None:
            task[sticky] = stuck
        elif sticky and sticky in task:
            STATE.sticky[sticky] = task[sticky]
        if F("batch-fifth-size-wrong") and position == 4:
            task["height"] += 16
        if F("batch-fifth-format-default") and position >= 4:
            task.pop("outputFormat", None)
        if F("batch-second-cost-forgotten") and position > 0:
            task.pop("includeCost", None)
        if F("every-tenth-size-wrong") and STATE.accepted % 10 == 9:
            task["width"] = task["width"] + 16
        if F("every-twentieth-without-item") and STATE.accepted % 20 == 19:
            STATE.accepted += 1
            return [], []
        if F("batch-first-parameters-for-all") and position > 0 and "batch_first" in STATE.sticky:
            first = dict(STATE.sticky["batch_first"])  # type: ignore[arg-type]
            task = dict(first, taskUUID=task["taskUUID"])
        if F("batch-first-parameters-for-all") and position == 0:
            STATE.sticky["batch_first"] = task
        if F("async-once-async-always"):
            if STATE.sticky.pop("async", None) and "deliveryMethod" not in task:
                task["deliveryMethod"] = "async"
            if task.get("deliveryMethod") == "async":
                STATE.sticky["async"] = True
        started = begin(task)
        STATE.sticky.setdefault("batch", set()).add(wanted)  # type: ignore[attr-defined]
    if started.is_async:
        ack = {"taskType": "imageInference", "taskUUID": task["taskUUID"]}
        if F("ack-per-result"):
            return [dict(ack) for _ in started.results], []
        if F("ack-with-image-id"):
            ack["imageUUID"] = started.results[0].uuid
        if F("ack-empty"):
            return [], []
        if F("ack-with-results"):
            return [r.item() for r in started.results], []
        if F("ack-kind-wrong"):
            ack["taskType"] = "acknowledgement"
        if F("ack-without-task-id"):
            del ack["taskUUID"]
        if F("ack-other-task-id"):
            ack["taskUUID"] = str(uuid.uuid4())
        return [ack], []
    return [r.item() for r in started.results], []


def run_tasks(tasks: list) -> tuple[int, dict]:
    data, errors = [], []
    with STATE.lock:
        STATE.sticky["batch"] = set()
    if F("batch-of-more-than-eight-refused") and len(tasks) > 8:
        return 400, {"data": [], "errors": [problem("arrayTooLong", None, "too many tasks")]}
    if F("batch-cut-at-ten"):
        tasks = tasks[:10]
    mixed = [t.get("taskType") for t in tasks if isinstance(t, dict)]
    if F("batch-mixed-kinds-refused") and "getResponse" in mixed and "imageInference" in mixed:
        return 400, {"data": [], "errors": [problem("invalidTaskType", "taskType", "one kind only")]}
    polls = 0
    for position, task in enumerate(tasks):
        if not isinstance(task, dict):
            if F("task-not-object-skipped"):
                continue
            if F("task-not-object-500"):
                raise TypeError("task")
            errors.append(problem("invalidTask", None, "A task must be an object.", type="object"))
            continue
        if task.get("taskType") == "getResponse":
            polls += 1
            if F("poll-only-first-of-batch") and polls > 1:
                continue
            found, wrong = answer_poll(task)
            wrong = reported(wrong, task)
        else:
            if task.get("taskType") in ("imageUpscale", "imageCaption") and F("kind-sibling-accepted"):
                task = dict(task, taskType="imageInference")
            if isinstance(task.get("taskType"), str) and F("kind-any-case-accepted") and task["taskType"].lower() == "imageinference":
                task = dict(task, taskType="imageInference")
            if F("kind-optional") and "taskType" not in task:
                task = dict(task, taskType="imageInference")
            found, wrong = run_image_task(task, position, len(tasks))
        if F("batch-second-error-without-id") and errors:
            for error in wrong:
                error.pop("taskUUID", None)
        if F("batch-only-first-error") and errors:
            wrong = []
        data += found
        errors += wrong
        if F("batch-stops-at-error") and wrong:
            break
    if F("batch-error-ids-swapped") and len(errors) > 1:
        ids = [e.get("taskUUID") for e in errors]
        for error, other in zip(errors, ids[1:] + ids[:1]):
            if other:
                error["taskUUID"] = other
    if F("batch-all-or-nothing") and errors:
        data = []
    if F("batch-errors-dropped-if-any-succeeds") and data:
        errors = []
    if F("batch-results-cut-at-20"):
        data = data[:20]
    if F("errors-of-request-before"):
        with STATE.lock:
            shown, STATE.last_errors = STATE.last_errors, [dict(e) for e in errors]
        if not errors:
            errors = shown[:1]
            return 200, {"data": data, **({"errors": errors} if errors else {})}
    if not errors:
        return 200, {"data": data}
    status = 200 if data else 400
    if F("status-200-for-refused"):
        status = 200
    if F("status-422-for-refused"):
        status = 422 if not data else 200
    if F("status-404-for-refused"):
        status = 404 if not data else 200
    if F("status-500-for-refused"):
        status = 500 if not data else 200
    if F("status-409-for-conflict") and any(e["code"] == "conflictTaskUUID" for e in errors):
        status = 409
    if F("status-404-for-model") and any(e.get("parameter") == "model" for e in errors):
        status = 404
    if F("status-402-for-results") and any(e.get("parameter") == "numberResults" for e in errors):
        status = 402
    if F("status-401-for-unknown-name") and any(e["code"] == "unsupportedParameter" for e in errors):
        status = 401
    if F("status-413-for-long-prompt") and any(e.get("parameter") == "positivePrompt" for e in errors):
        status = 413
    if F("errors-as-object"):
        return status, {"data": data, "errors": errors[0]}
    if F("errors-bare"):
        return status, errors[0]
    if F("errors-under-error"):
        return status, {"data": data, "error": errors[0]}
    return status, {"data": data, "errors": errors}


# -------------------------------------------------------------------------------------------------------------- HTTP


class Malformed(Exception):
    pass


def parse(body: bytes) -> object:
    def constant(word: str) -> object:
        if F("json-nan-accepted"):
            return 64
        raise Malformed(word)

    def pairs(found: list) -> dict:
        if len({name for name, _ in found}) < len(found):
            if F("json-repeated-names-500"):
                raise RuntimeError("repeated")
            raise Malformed("a name is repeated")
        return dict(found)

    try:
        text = body.decode("utf-8", "replace" if F("json-invalid-utf8-accepted") else "strict")
    except UnicodeDecodeError as error:
        if F("json-invalid-utf8-500"):
            raise RuntimeError("utf-8") from error
        raise Malformed("not UTF-8") from error
    if F("json-comments-accepted"):
        text = re.sub(r"/\*.*?\*/|^\s*//.*$", "", text, flags=re.M)
    if F("json-trailing-comma-accepted"):
        text = re.sub(r",\s*([\]}])", r"\1", text)
    if F("json-single-quotes-accepted") and '"' not in text:
        text = text.replace("'", '"')
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=constant, object_pairs_hook=pairs)
    try:
        stripped = text.lstrip(" \t\r\n")
        value, end = decoder.raw_decode(stripped)
        if stripped[end:].strip(" \t\r\n") and not F("json-trailing-text-accepted"):
            raise Malformed("text after the value")
    except (ValueError, RecursionError) as error:
        if F("json-cut-short-accepted") and isinstance(error, ValueError):
            for tail in ("]", "}]", '"}]'):
                try:
                    return decoder.decode(text + tail)
                except ValueError:
                    pass
        if isinstance(error, RecursionError) and F("json-deep-nesting-500"):
            raise RuntimeError("deep") from error
        raise Malformed(str(error)) from error
    if any(0xD800 <= ord(c) <= 0xDFFF for c in _texts(value)):
        raise Malformed("a lone surrogate")
    return value


def _texts(value: object):
    """All characters of all texts; iterative, as nesting may be deep."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield from (() if one.isascii() else one)
        elif isinstance(one, dict):
            stack += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            stack += one


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120

    def log_message(self, *_: object) -> None:
        pass

    def __getattr__(self, name: str):
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def reply(self, status: int, body: bytes | dict, media: str = "application/json", **headers: str) -> None:
        if isinstance(body, dict):
            if F("answer-as-html") and media == "application/json":
                media = "text/html"
            if F("errors-as-html") and status >= 400:
                body, media = b"<html><body>error</body></html>", "text/html"
            else:
                body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def fail(self, status: int, error: dict, **headers: str) -> None:
        if status >= 400 and F("error-poisons-connection"):
            self.poisoned = True
        self.reply(status, {"data": [], "errors": [error]} if status == 400 else {"errors": [error]}, **headers)

    def read_body(self) -> bytes:
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            body = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0].strip() or b"0", 16)
                piece = self.rfile.read(size)
                body += piece
                if size == 0:
                    while self.rfile.readline().strip():
                        pass
                    return body
                self.rfile.readline()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def respond(self) -> None:
        try:
            body = self.read_body()
        except ValueError:
            self.close_connection = True
            return self.fail(400, problem("invalidRequestBody", None, "The body cannot be read."))
        path = self.path.split("?")[0]
        try:
            if path.startswith("/image/"):
                return self.download(path)
            if path.rstrip("/").lower() != "/v1" and F("path-any-accepted"):
                path = "/v1"
            if path.startswith("/v1/") and F("path-longer-accepted"):
                path = "/v1"
            if path.lower() == "/v1" and F("path-any-case-accepted"):
                path = "/v1"
            if path != "/v1":
                return self.fail(500 if F("path-unknown-500") else 400 if F("path-unknown-400") else 404,
                                 problem("pathNotFound", None, "There is nothing here."))
            if self.command != "POST":
                if F("method-get-200") and self.command == "GET":
                    return self.reply(200, {"data": []})
                if not (F("method-put-accepted") and self.command in ("PUT", "PATCH")):
                    status = 500 if F("method-500") else 405
                    return self.fail(status, problem("invalidMethod", None, "Send a POST request."), Allow="POST")
            self.serve_tasks(body)
        except BrokenPipeError:
            self.close_connection = True
        except Exception as error:  # any bug is an answer 500, so that the suite sees it
            if FAULT is None:
                import traceback
                traceback.print_exc()
            self.fail(500, problem("internalServerError", None, f"{type(error).__name__}"))

    def download(self, path: str) -> None:
        result = STATE.images.get(path.rsplit("/", 1)[-1].split(".")[0])
        if result is None or self.command not in ("GET", "HEAD"):
            return self.fail(404, problem("imageNotFound", None, "No such image."))
        age, ttl = time.monotonic() - result.created, result.task.get("ttl")
        gone = ttl is not None and age > ttl and not F("ttl-ignored")
        gone |= F("ttl-link-ends-at-once") and ttl is not None
        gone |= F("ttl-in-milliseconds") and ttl is not None and age * 1000 > ttl
        gone |= F("link-works-once") and result.downloads > 0
        gone |= F("link-of-later-results-dead") and result.index > 0
        gone |= F("link-ends-after-two-seconds") and age > 2
        gone |= F("link-dead-in-async") and result.task.get("deliveryMethod") == "async"
        gone |= F("link-dead-with-upload") and "uploadEndpoint" in result.task
        if gone:
            return self.fail(404, problem("imageExpired", None, "The image is gone."))
        result.downloads += 1
        media = MEDIA[result.form]
        if F("link-media-type-fixed"):
            media = "image/jpeg"
        if F("link-second-download-differs") and result.downloads > 1:
            return self.reply(200, encoded(result.seed + 1, result.width, result.height, result.form, result.quality), media)
        self.reply(200, result.bytes(), media)

    def denied(self, missing: bool) -> None:
        code = "missingApiKey" if missing else "invalidApiKey"
        if F("key-error-code"):
            code = "invalidRequest"
        status = 403 if F("key-status-403") else 400 if F("key-status-400") else 200 if F("key-status-200") else 401
        error = {"code": code, "message": "A valid API key is needed.", "parameter": "apiKey", "type": "string",
                 "taskType": "authentication"}
        if F("key-status-200"):
            return self.reply(200, {"data": []})
        if F("key-missing-status-400") and missing:
            status = 400
        if F("key-error-empty-body"):
            return self.reply(401, b"")
        self.fail(status, error)

    def header_key(self) -> str | None:
        """The key of the header; None if there is no header; an empty text if it is no bearer token."""
        value = self.headers.get("Authorization")
        if value is None:
            return None
        scheme, _, token = value.strip().partition(" ")
        if F("key-any-scheme-accepted"):
            return token.strip() or scheme
        if F("key-without-scheme-accepted") and not token:
            return scheme
        if F("key-basic-scheme-accepted") and scheme.lower() == "basic":
            return token.strip()
        if scheme.lower() != "bearer":
            return ""
        return token.strip()

    @staticmethod
    def fits(key: object) -> bool:
        if not isinstance(key, str):
            return False
        if F("key-any-accepted") and key:
            return True
        if F("key-prefix-accepted") and key and (KEY.startswith(key) or key.startswith(KEY)):
            return True
        if F("key-any-case-accepted"):
            return key.lower() == KEY.lower()
        if F("key-empty-accepted") and key == "":
            return True
        return key == KEY

    def serve_tasks(self, body: bytes) -> None:
        with STATE.lock:
            STATE.requests += 1
            number = STATE.requests
        if F("every-fifteenth-500") and number % 15 == 0:
            return self.fail(500, problem("internalServerError", None, "Sorry."))
        if F("every-fifteenth-empty") and number % 15 == 0:
            return self.reply(200, {"data": []})
        if getattr(self, "poisoned", False):
            self.poisoned = False
            return self.fail(400, problem("invalidRequest", None, "The request before this was wrong."))
        key = self.header_key()
        remembered = F("key-remembered-on-connection") and getattr(self, "trusted", False)
        if key is not None and not self.fits(key) and not remembered:
            return self.denied(False)
        media = (self.headers.get("Content-Type") or "").split(";")[0].strip().lower()
        if F("media-type-charset-refused") and "charset" in (self.headers.get("Content-Type") or ""):
            media = "no"
        if media != "application/json":
            return self.fail(400, problem("invalidContentType", None, "Send application/json."))
        if F("body-empty-accepted") and not body:
            return self.reply(200, {"data": []})
        try:
            tasks = parse(body)
        except Malformed as error:
            if F("json-malformed-500"):
                raise RuntimeError("json") from error
            if F("json-malformed-200"):
                return self.reply(200, {"data": []})
            if F("json-malformed-connection-cut"):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return None
            return self.fail(400, problem("invalidRequestBody", None, f"The body is not JSON: {error}"))
        if isinstance(tasks, dict) and F("body-object-accepted"):
            tasks = [tasks]
        if isinstance(tasks, list) and F("body-nested-array-accepted") and tasks and isinstance(tasks[0], list):
            tasks = tasks[0]
        if isinstance(tasks, dict) and F("body-wrapped-accepted") and isinstance(tasks.get("tasks"), list):
            tasks = tasks["tasks"]
        if not isinstance(tasks, list):
            if F("body-not-array-500"):
                raise TypeError("array")
            return self.fail(400, problem("invalidRequestBody", None, "The body must be an array of tasks.", type="array"))
        tasks = list(tasks)
        if F("key-element-anywhere-accepted") and key is None:
            tasks.sort(key=lambda t: not (isinstance(t, dict) and t.get("taskType") == "authentication"))
        first = tasks[0] if tasks else None
        only_key = False
        if isinstance(first, dict) and first.get("taskType") == "authentication" and not F("key-element-ignored"):
            strange = [n for n in first if n not in ("taskType", "apiKey", "connectionSessionUUID")]
            if "apiKey" not in first:
                return self.denied(True)
            if not self.fits(first["apiKey"]) and not F("key-element-unchecked"):
                return self.denied(False)
            if strange and not F("key-element-open"):
                return self.fail(400, dict(problem("unsupportedParameter", strange[0], "No such name."), taskType="authentication"))
            session = first.get("connectionSessionUUID")
            if session is not None and not (isinstance(session, str) and UUID.fullmatch(session)):
                return self.fail(400, dict(invalid("connectionSessionUUID", "Must be a UUID."), taskType="authentication"))
            key = first["apiKey"]
            tasks = tasks[1:]
            only_key = not tasks
            if F("key-element-drops-next"):
                tasks = tasks[1:]
        if key is None and not F("key-missing-accepted") and not remembered:
            return self.denied(True)
        self.trusted = True
        if only_key:
            if F("key-only-request-refused"):
                return self.fail(400, problem("missingTasks", None, "No tasks."))
            return self.reply(200, {"data": []})
        if not tasks:
            if F("body-empty-array-500"):
                raise IndexError("no task")
            return self.fail(400, problem("missingTasks", None, "The array is empty.", type="array"))
        status, answer = run_tasks(tasks)
        if status >= 400 and F("error-poisons-connection"):
            self.poisoned = True
        self.reply(status, answer)


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news."""


def main() -> int:
    global FAULT, KEY, BASE
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    parser.add_argument("--key", default=os.environ.get("RUNWARE_API_KEY") or KEY)
    parser.add_argument("--fault", metavar="NAME", help="have this defect")
    parser.add_argument("--list-faults", action="store_true", help="list the defects and stop")
    arguments = parser.parse_args()
    if arguments.list_faults:
        for axis, name, meaning in faults.each():
            print(f"{axis:10} {name:42} {meaning}")
        return 0
    if arguments.fault and arguments.fault not in faults.names():
        parser.error(f"no fault has the name {arguments.fault}")
    FAULT, KEY = arguments.fault, arguments.key
    sys.setrecursionlimit(3000)
    server = Server(("127.0.0.1", arguments.port), Handler)
    BASE = f"http://127.0.0.1:{server.server_address[1]}"
    print(f"{BASE}/v1", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
