import { once } from 'node:events';
import type { Server } from 'node:http';

/** Closes a server. Resolves when its last connection has ended. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}

/**
 * Lets a server listen on this machine's loopback and returns its port. `variable` is the environment variable that
 * chooses the port. Throws an `Error` with a message for people if the port is in use.
 */
export async function listen(server: Server, port: number, variable: string): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new Error(`Port ${port} is in use. Choose another: ${variable}=${port + 10} npm start`, { cause });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}
