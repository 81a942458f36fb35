"""The page of the API for people: rendered once, with nothing loaded from anywhere."""

import base64
import hashlib
from html import escape
from typing import Any

import msgspec

from sync import contract
from sync.central.operations import OPERATIONS, Operation

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 16%, transparent); }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 3rem 1.25rem 6rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 3rem 0 .25rem; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.method { font-weight: 600; margin-right: .5rem; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0 0; font-size: .9375rem; }
caption { text-align: left; font-weight: 600; padding: .75rem 0 .25rem; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; font-weight: 500; opacity: .7; }
a { color: inherit; }
"""


def _type_words(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type_words(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    if "prefixItems" in schema:
        return f"[{', '.join(_type_words(one) for one in schema['prefixItems'])}]"
    if schema.get("type") == "array":
        return f"list of {_type_words(schema.get('items', {}))}"
    words = str(schema.get("type", "JSON"))
    bounds = [
        f"{label} {schema[key]}"
        for key, label in (("minimum", "from"), ("maximum", "to"), ("minLength", "at least"), ("maxLength", "at most"))
        if key in schema
    ]
    return f"{words} ({' '.join(bounds)})" if bounds else words


def _table(message: type[contract.Message], caption: str) -> str:
    _, components = msgspec.json.schema_components([message])
    schema = components[message.__name__]
    required = set(schema.get("required", ()))
    rows = "".join(
        f"<tr><th scope=row><code>{escape(name)}</code></th><td>{escape(_type_words(field))}</td>"
        f"<td>{'yes' if name in required else 'no'}</td></tr>"
        for name, field in schema["properties"].items()
    )
    head = "<thead><tr><th scope=col>Field<th scope=col>Type<th scope=col>Required</thead>"
    return f"<table><caption>{escape(caption)} {escape(message.__name__)}</caption>{head}<tbody>{rows}</tbody></table>"


def _section(operation: Operation) -> str:
    parts = [
        f"<section><h2 id={operation.name}><span class=method>{operation.method}</span>"
        f"<code>{escape(operation.path)}</code></h2><p>{escape(operation.summary)}</p>"
    ]
    if operation.request is not None:
        parts.append(_table(operation.request, "Request"))
    if operation.answer is not None:
        parts.append(_table(operation.answer, "Answer"))
    return "".join(parts) + "</section>"


def _render() -> str:
    sections = "".join(_section(operation) for operation in OPERATIONS)
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>Central rewards service</title><style>{_STYLE}</style></head><body><main>"
        "<h1>Central rewards service</h1>"
        "<p>Accounts, the points ledger, holds, gift cards and the terminals' journals. "
        "Amounts are whole minor units of their currency, points are whole numbers, times are ISO 8601.</p>"
        f"<p>Requests are signed by the terminal's Ed25519 device key in the headers {contract.HEADER_TERMINAL}, "
        f"{contract.HEADER_TIMESTAMP}, {contract.HEADER_NONCE} and {contract.HEADER_SIGNATURE}. "
        "A refusal is a Problem: a stable code and a sentence. Every request may be sent again: "
        "ids make a repeat harmless.</p>"
        "<p><a href=/openapi.json>OpenAPI document</a> · <a href=/metrics>Metrics</a> · <a href=/ready>Ready?</a></p>"
        f"{sections}</main></body></html>"
    )


API_PAGE = _render().encode()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
