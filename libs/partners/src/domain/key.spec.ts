import type { KeyEvent } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import { partnerKey, type KeyCommand } from './key.js';

const given = specFor(partnerKey);
const who = { keyId: newId(), by: 'user:pat' };
const now = '2026-11-24T12:00:00.000000Z';
const terms = { name: 'their ERP', digest: 'a'.repeat(64), until: '2027-11-24T12:00:00.000000Z' };
const issue = (changes: Partial<Extract<KeyCommand, { type: 'IssueKey' }>> = {}): KeyCommand => ({
  ...who,
  ...terms,
  type: 'IssueKey',
  scopes: ['events:read', 'deliveries:read', 'events:read'],
  now,
  ...changes,
});
const issued: KeyEvent = {
  type: 'PartnerKeyIssued',
  data: { ...who, ...terms, scopes: ['deliveries:read', 'events:read'] },
};
const revoke: KeyCommand = { ...who, type: 'RevokeKey' };
const revoked: KeyEvent = { type: 'PartnerKeyRevoked', data: who };

it('is issued once, for at most a year', () => {
  given().when(issue()).then(issued);
  given(issued).when(issue()).thenNothing();
  given()
    .when(issue({ until: now }))
    .thenRefused('partners.key.until');
  given()
    .when(issue({ until: '2027-11-26T12:00:00.000000Z' }))
    .thenRefused('partners.key.until');
});
it('is revoked once, and only where there is one', () => {
  given(issued).when(revoke).then(revoked);
  given(issued, revoked).when(revoke).thenNothing();
  given().when(revoke).thenRefused('partners.key.unknown');
});
