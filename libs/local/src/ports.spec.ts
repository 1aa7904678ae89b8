import { createServer } from 'node:net';
import { once } from 'node:events';
import { freePorts } from './ports.js';

describe('free ports', () => {
  it('are all different', async () => {
    const ports = Object.values(await freePorts({ a: undefined, b: undefined, c: undefined, d: undefined }));
    expect(new Set(ports).size).toBe(4);
  });

  it('are those of the run before when nobody took them', async () => {
    const before = await freePorts({ a: undefined, b: undefined });
    expect(await freePorts(before)).toEqual(before);
  });

  it('are others when somebody did', async () => {
    const { a } = await freePorts({ a: undefined });
    const taker = createServer().listen(a, '127.0.0.1');
    await once(taker, 'listening');
    expect((await freePorts({ a })).a).not.toBe(a);
    taker.close();
  });
});
