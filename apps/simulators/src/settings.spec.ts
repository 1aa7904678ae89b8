import { SECRETS } from './testing/simulators.js';
import { settingsOf } from './settings.js';

it('takes what is set and fills in the rest', () => {
  const settings = settingsOf({ ...SECRETS, CALLBACK_URL: 'http://127.0.0.1:3000/' }, []);
  expect(settings).toMatchObject({
    CALLBACK_URL: 'http://127.0.0.1:3000',
    AUTHORITY_PORT: 0,
    SIMULATOR_PACE: 'fast',
    realTime: false,
  });
  expect(settings.faces).toEqual(['authority', 'bank', 'carrier', 'identity']);
});

it('asks a face that does not run for nothing', () => {
  const settings = settingsOf({ SIMULATOR_ADMIN_TOKEN: 'x' }, ['--face', 'identity', '--real-time']);
  expect(settings).toMatchObject({ faces: ['identity'], realTime: true });
});

it('names everything that is missing or wrong', () => {
  const start = (): unknown =>
    settingsOf({ SIMULATOR_ADMIN_TOKEN: 'x', BANK_PORT: 'many', BANK_TOKEN: 'b' }, ['--face', 'bank']);
  expect(start).toThrow(/BANK_PORT/);
  expect(start).toThrow(/BANK_CALLBACK_TOKEN: needed by the bank/);
  expect(() => settingsOf(SECRETS, ['--face', 'moon'])).toThrow('--face moon');
});
