"""The OpenAPI document, made from the messages themselves."""

from collections.abc import Sequence
from typing import Any

import msgspec

from sync import contract
from sync.central.operations import Operation

_SIGNATURE_HEADERS = (
    (contract.HEADER_TERMINAL, "The terminal's id."),
    (contract.HEADER_TIMESTAMP, f"Unix time in seconds, within {contract.SIGNATURE_WINDOW_S} s of the service's."),
    (contract.HEADER_NONCE, "Random, used once."),
    (contract.HEADER_SIGNATURE, "Ed25519 over method, path, terminal, timestamp, nonce and body hash, in base64."),
)


def openapi_document(operations: Sequence[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1 of these operations."""
    messages = {one for operation in operations for one in (operation.request, operation.answer) if one is not None}
    messages.add(contract.Problem)
    ordered = sorted(messages, key=lambda message: message.__name__)
    references, components = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    by_message = dict(zip(ordered, references, strict=True))
    problem = _content(by_message[contract.Problem])
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        success: dict[str, Any] = {"description": "Done"}
        if operation.answer is not None:
            success = {"description": operation.answer.__name__, **_content(by_message[operation.answer])}
        entry: dict[str, Any] = {
            "operationId": operation.name,
            "summary": operation.summary,
            "parameters": _parameters(operation),
            "responses": {
                "204" if operation.answer is None else "200": success,
                "default": {"description": "A refusal, with a stable code and a sentence.", **problem},
            },
        }
        if operation.request is not None:
            entry["requestBody"] = {"required": True, **_content(by_message[operation.request])}
        paths.setdefault(operation.path, {})[operation.method.lower()] = entry
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Central rewards service",
            "version": f"{contract.CONTRACT_VERSION}.0",
            "description": "Accounts, points ledger, holds, gift cards and the terminals' journals.",
        },
        "paths": paths,
        "components": {"schemas": components},
    }


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    text = {"type": "string"}
    parameters: list[dict[str, Any]] = []
    if "{hold_id}" in operation.path:
        parameters.append({"name": "hold_id", "in": "path", "required": True, "schema": text})
    if operation.signed:
        parameters += [
            {"name": name, "in": "header", "required": True, "description": about, "schema": text}
            for name, about in _SIGNATURE_HEADERS
        ]
    return parameters
