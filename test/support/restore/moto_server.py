"""Runs moto's server on a free port of this machine.

Prints the port. The server ends when its standard input closes, so also with the process that started it.
"""

import sys

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
