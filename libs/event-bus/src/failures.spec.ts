import { isInfrastructure } from './failures.js';

describe('failures that are waited out', () => {
  it.each([
    [{ code: '08006', message: 'connection failure' }],
    [{ code: '57P01', message: 'terminating connection due to administrator command' }],
    [{ code: '53300', message: 'too many connections' }],
    [{ code: '40001', message: 'could not serialize access' }],
    [{ code: '40P01', message: 'deadlock detected' }],
    [{ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }],
    [{ message: 'Connection terminated unexpectedly' }],
    [{ message: 'timeout exceeded when trying to connect' }],
  ])('%j says that the database is away or busy', (error) => {
    expect(isInfrastructure(error)).toBe(true);
  });

  it.each([
    [{ code: '23505', message: 'duplicate key' }],
    [{ code: '42501' }],
    [new Error('no room')],
    [{ code: 'duties.rule.missing' }],
  ])('%j speaks of the event', (error) => {
    expect(isInfrastructure(error)).toBe(false);
  });
});
