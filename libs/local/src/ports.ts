import { createServer, connect, type AddressInfo, type Server } from 'node:net';

/**
 * Free ports on 127.0.0.1, all different. A wanted one (of the run before) is taken when it is still free.
 * Each is held until all are found, so that the system does not give one out twice.
 */
export async function freePorts<Name extends string>(wanted: Record<Name, number | undefined>): Promise<Record<Name, number>> {
  const held: Server[] = [];
  try {
    const ports = {} as Record<Name, number>;
    for (const name of Object.keys(wanted) as Name[]) {
      const server = (wanted[name] ? await hold(wanted[name]) : null) ?? (await hold(0));
      if (!server) throw new Error('no port of 127.0.0.1 can be opened');
      held.push(server);
      ports[name] = (server.address() as AddressInfo).port;
    }
    return ports;
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function hold(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** Whether something accepts connections there. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(1000, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
