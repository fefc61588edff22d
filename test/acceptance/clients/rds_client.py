"""Answers each line, a question in JSON, with one line: the answer of RDS to a call of an official client."""

import importlib
import json
import re
import sys

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from alibabacloud_rds20140815.client import Client
from alibabacloud_tea_openapi.models import Config


def call_sdk(question):
    """aliyun-python-sdk-rds: a class for each request."""
    action = question["action"]
    module = importlib.import_module(f"aliyunsdkrds.request.v20140815.{action}Request")
    request = getattr(module, f"{action}Request")()
    request.set_endpoint(question["endpoint"])
    request.set_accept_format("JSON")
    for name, value in question["parameters"].items():
        getattr(request, f"set_{name}")(value)
    return json.loads(acs_client(question).do_action_with_exception(request))


def call_common(question, method):
    """aliyun-python-sdk-core: a request of any action, with its parameters in the query or in a form."""
    request = CommonRequest()
    request.set_domain(question["endpoint"])
    request.set_protocol_type("http")
    request.set_version("2014-08-15")
    request.set_action_name(question["action"])
    request.set_method(method)
    for name, value in question["parameters"].items():
        (request.add_query_param if method == "GET" else request.add_body_params)(name, value)
    return json.loads(acs_client(question).do_action_with_exception(request))


def acs_client(question):
    return AcsClient("local", question["secret"], "cn-hangzhou")


def call_tea(question, algorithm):
    """alibabacloud_rds20140815, signing by style V3 or V1."""
    config = Config(access_key_id="local", access_key_secret=question["secret"],
                    endpoint=question["endpoint"], protocol="http", signature_algorithm=algorithm)
    action = question["action"]
    models = importlib.import_module("alibabacloud_rds20140815.models")
    fields = {snake_case(name): value for name, value in question["parameters"].items()}
    request = getattr(models, f"{action}Request")(**fields)
    return getattr(Client(config), snake_case(action))(request).body.to_map()


def snake_case(name):
    """The name of a member in Python: DBInstanceId is dbinstance_id."""
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])[a-z]*|[A-Z]?[a-z]+|[A-Z]+", re.sub(r"^DB", "Db", name).replace("DbI", "Dbi").replace("DbN", "Dbn"))
    return "_".join(words).lower()


calls = {
    "sdk": call_sdk,
    "common-get": lambda question: call_common(question, "GET"),
    "common-post": lambda question: call_common(question, "POST"),
    "tea-v3": lambda question: call_tea(question, None),
    "tea-v1": lambda question: call_tea(question, "v2"),
}

for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = {"body": calls[question["sdk"]](question)}
    except ServerException as error:
        answer = {"code": error.get_error_code(), "message": error.get_error_msg()}
    except Exception as error:
        answer = {"code": str(getattr(error, "code", type(error).__name__)), "message": str(error)}
    print(json.dumps(answer), flush=True)
