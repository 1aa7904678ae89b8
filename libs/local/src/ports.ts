import { createServer, connect, type AddressInfo, type Server } from 'node:net';

// Below the range from which systems give ports to outgoing connections: a free one stays free until its program opens it.
const FIRST = 20_000;
const COUNT = 12_000;

/**
 * Free ports of 127.0.0.1, all different. A wanted one (of the run before) is taken when it is still free.
 *
 * @param wanted by use; undefined where any port will do
 */
export async function freePorts<Use extends string>(
  wanted: Record<Use, number | undefined>,
): Promise<Record<Use, number>> {
  const held: Server[] = [];
  try {
    const ports = {} as Record<Use, number>;
    for (const use of Object.keys(wanted) as Use[]) {
      const server = (wanted[use] && (await hold(wanted[use]))) || (await holdAny());
      held.push(server);
      ports[use] = (server.address() as AddressInfo).port;
    }
    return ports;
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

async function holdAny(): Promise<Server> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const server = await hold(FIRST + Math.floor(Math.random() * COUNT));
    if (server) return server;
  }
  throw new Error(`no free port found on 127.0.0.1 between ${FIRST} and ${FIRST + COUNT}`);
}

function hold(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** Whether something accepts connections there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(1000, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
