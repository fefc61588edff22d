"""Answers each line, a question in JSON, with one line: the answer of Kinetica's official client to a call of it."""

import json
import logging
import sys

import gpudb

logging.disable(logging.CRITICAL)
clients = {}

for line in sys.stdin:
    question = json.loads(line)
    key = (question["url"], question["encoding"], question["secret"])
    try:
        if key not in clients:
            clients[key] = gpudb.GPUdb(host=question["url"], username="local", password=question["secret"],
                                       encoding=question["encoding"])
        response = getattr(clients[key], question["method"])(**question["arguments"])
        answer = {"ok": response.is_ok(), "message": response.get_error_msg(),
                  "body": {name: value for name, value in response.items() if name != "status_info"}}
    except Exception as error:
        answer = {"ok": False, "message": f"{type(error).__name__}: {error}", "body": {}}
    print(json.dumps(answer), flush=True)
