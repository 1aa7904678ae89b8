import { ROLES } from '@tidewaiter/contracts';
import fc from 'fast-check';
import { conflictsOf, ROLE_CONFLICTS } from './people.js';

describe('roles that one person must not have', () => {
  it('are named as pairs with the reason', () => {
    expect(conflictsOf(['approver', 'operator'])).toEqual([
      {
        roles: ['operator', 'approver'],
        because: 'two of them could approve for each other what both of them enter',
      },
    ]);
    expect(conflictsOf(['auditor', 'compliance', 'operator']).map(({ roles }) => roles)).toEqual([
      ['operator', 'compliance'],
      ['auditor', 'operator'],
      ['auditor', 'compliance'],
    ]);
  });
  it('are none where there is one role, and each pair stands once', () => {
    for (const role of ROLES) expect(conflictsOf([role])).toEqual([]);
    const pairs = ROLE_CONFLICTS.map(({ roles }) => [...roles].sort().join());
    expect(new Set(pairs).size).toBe(pairs.length);
  });
  it('grow with the roles: another role never takes a conflict away', () => {
    fc.assert(
      fc.property(fc.subarray([...ROLES]), fc.constantFrom(...ROLES), (roles, more) => {
        expect(conflictsOf([...roles, more])).toEqual(expect.arrayContaining(conflictsOf(roles)));
      }),
    );
  });
});
