"""Plays requests through botocore's client of the service `tidemark` (found by AWS_DATA_PATH), without a network.

In, as JSON: [{"operation", "request", "status", "answer"}]. Out, for each: what was sent, and what the client made of
the answer: its members again, or the class of the exception; and what in the answer does not fit the model.
"""

import io
import json
import sys

import botocore.session
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator


class Body(io.BytesIO):
    def stream(self, **_):
        yield self.read()


def play(client, call):
    sent = {}

    def answer(request, **_):
        sent.update(
            url=request.url,
            target=text(request.headers["X-Amz-Target"]),
            authorization=text(request.headers["Authorization"]),
            body=json.loads(request.body),
        )
        headers = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, call["status"], headers, Body(json.dumps(call["answer"]).encode()))

    client.meta.events.register("before-send.tidemark", answer, unique_id="answer")
    try:
        result = getattr(client, xform_name(call["operation"]))(**call["request"])
        result.pop("ResponseMetadata")
        output = client.meta.service_model.operation_model(call["operation"]).output_shape
        misfit = ParamValidator().validate(call["answer"], output).generate_report()
        return {"sent": sent, "result": result, "misfit": misfit}
    except ClientError as error:
        return {"sent": sent, "exception": type(error).__name__, "message": error.response["Error"]["Message"]}
    finally:
        client.meta.events.unregister("before-send.tidemark", unique_id="answer")


def text(header):
    return header.decode() if isinstance(header, bytes) else header


session = botocore.session.get_session()
session.set_credentials("key", "secret")
client = session.create_client(
    "tidemark",
    region_name="eu-west-1",
    endpoint_url="http://127.0.0.1:1/prod",
    # The test expects the error, so the client must not retry.
    config=Config(retries={"total_max_attempts": 1}),
)
# The client takes a time as a datetime; the test sends epoch seconds.
print(json.dumps([play(client, call) for call in json.load(sys.stdin)], default=lambda time: time.timestamp()))
