"""Runs commands of the AWS CLI as its own entry point does, without a new Python process for each.

One JSON array of words a line comes in, without `aws`. One object a line goes out: {"code": ..., "stdout": ..., "stderr": ...}.
"""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver


def run(words):
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            # Each command gets a new driver, as in a process of its own, so that nothing carries over from the command before.
            code = create_clidriver().main(words)
        except SystemExit as exit:
            code = exit.code
    return {"code": code, "stdout": stdout.getvalue(), "stderr": stderr.getvalue()}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
