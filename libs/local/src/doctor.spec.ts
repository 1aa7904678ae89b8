import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { majorOf, nodeFits } from '../machine/doctor.mjs';
import { doctor, doctorLines } from './doctor.js';
import { temporaryHome } from './testing/folder.js';

describe('the doctor', () => {
  const { home, remove } = temporaryHome();
  afterAll(remove);
  const bare = { PATH: join(home, 'nothing'), HOME: home };

  it('names what is missing on a bare machine, each with how to get it', async () => {
    const rows = await doctor({ root: home, env: bare });
    const missing = rows.filter(({ state }) => state === 'missing');
    expect(missing.map(({ part }) => part)).toEqual(expect.arrayContaining(['npm', 'java', 'kafka', 'temporal']));
    for (const { get } of missing) expect(get).toBeTruthy();
  });

  it('does not ask for what serves a server that is named', async () => {
    const rows = await doctor({
      root: home,
      env: { ...bare, DATABASE_URL: 'postgres://h/d', KAFKA_BROKERS: 'h:9092', TEMPORAL_ADDRESS: 'h:7233' },
    });
    expect(rows.filter(({ state }) => state === 'missing').map(({ part }) => part)).toEqual(['npm']);
  });

  it('refuses a KAFKA_HOME that holds no Kafka', async () => {
    const rows = await doctor({ root: home, env: { ...bare, KAFKA_HOME: home } });
    expect(rows.find(({ part }) => part === 'kafka')).toMatchObject({
      state: 'missing',
      get: expect.stringContaining('has no folder "libs"'),
    });
  });

  it('takes a distribution in KAFKA_HOME', async () => {
    const kafka = join(home, 'kafka');
    mkdirSync(join(kafka, 'libs'), { recursive: true });
    writeFileSync(join(kafka, 'libs', 'kafka.jar'), '');
    const rows = await doctor({ root: home, env: { ...bare, KAFKA_HOME: kafka } });
    expect(rows.find(({ part }) => part === 'kafka')).toMatchObject({ state: 'ok', found: 'KAFKA_HOME' });
  });

  it('prints a row a line, and below it how to get what is missing', () => {
    expect(
      doctorLines([
        { part: 'node', state: 'ok', found: '20.20.0', needs: 'needs 20.19 or later' },
        { part: 'java', state: 'missing', found: 'not found', needs: 'runs Kafka', get: 'install it' },
      ]),
    ).toEqual([
      'ok      node      20.20.0                            needs 20.19 or later',
      'missing java      not found                          runs Kafka',
      '        to get it: install it',
    ]);
  });

  it.each([
    ['20.18.3', false],
    ['20.19.0', true],
    ['21.7.0', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.0.0', true],
  ])('says of Node %s: fits, %s', (version, fits) => {
    expect(nodeFits(version)).toBe(fits);
  });

  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_392"', 8],
    ['openjdk version "21" 2023-09-19', 21],
  ])('reads %s as version %d', (text, major) => {
    expect(majorOf(text)).toBe(major);
  });
});
