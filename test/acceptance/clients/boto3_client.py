"""Calls operations with boto3.

One JSON object a line comes in: {"place": "tidemark" | "tables", "url": ..., "operation": ..., "input": ...}.
The URL is that of "tidemark".
One a line goes out: {"output": ...} or {"exception": ..., "message": ...}. Times go out as epoch seconds.

Environment variables, in addition to boto3's own: TABLES_URL (absent: AWS); SIGNING_NAME (absent: dynamodb).
"""

import json
import os
import sys

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError


def sign_for(service_name):
    def before_call(params, context, **_):
        context.setdefault("signing", {}).update(signing_name=service_name)

    return before_call


tables = boto3.client("dynamodb", endpoint_url=os.environ.get("TABLES_URL"))
tidemarks = {}


def tidemark_at(url):
    if url not in tidemarks:
        client = tidemarks[url] = boto3.client("dynamodb", endpoint_url=url)
        if "SIGNING_NAME" in os.environ:
            client.meta.events.register("before-call.dynamodb", sign_for(os.environ["SIGNING_NAME"]))
    return tidemarks[url]


def call(place, url, operation, input):
    client = tables if place == "tables" else tidemark_at(url)
    try:
        output = getattr(client, xform_name(operation))(**input)
    except ClientError as error:
        own_class, error_body = type(error).__name__, error.response["Error"]
        return {
            "exception": error_body["Code"] if own_class == "ClientError" else own_class,
            "message": error_body["Message"],
        }
    return {"output": {name: value for name, value in output.items() if name != "ResponseMetadata"}}


for line in sys.stdin:
    print(json.dumps(call(**json.loads(line)), default=lambda time: time.timestamp()), flush=True)
