import type { EndpointEvent } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import { endpoint, signing, type EndpointCommand } from './endpoint.js';

const given = specFor(endpoint);
const [endpointId, first, second, third] = [newId(), newId(), newId(), newId()];
const by = 'user:pat';
const who = { endpointId, by };
const terms = { url: 'https://erp.acme.example/hook', types: ['customs.*'], note: '' };
const noon = '2026-11-24T12:00:00.000000Z';

const added: EndpointEvent = { type: 'EndpointAdded', data: { ...who, ...terms } };
const made = (secretId: string, number: number, previousUntil: string | null): EndpointEvent => ({
  type: 'EndpointSecretMade',
  data: { ...who, secretId, number, previousUntil },
});
const disabled: EndpointEvent = {
  type: 'EndpointDisabled',
  data: { ...who, cause: 'asked', because: 'moving house' },
};
const rotate = (secretId: string, at = noon): EndpointCommand => ({ ...who, type: 'MakeSecret', secretId, at });
const retire = (secretId: string): EndpointCommand => ({ ...who, type: 'RetireSecret', secretId });
const until = '2026-11-25T12:00:00.000000Z';

describe('an endpoint', () => {
  it('begins with a secret of its own, once', () => {
    const add: EndpointCommand = { ...who, type: 'AddEndpoint', terms, secretId: first };
    given()
      .when(add)
      .then(added, made(first, 1, null));
    given(added, made(first, 1, null))
      .when(add)
      .thenNothing();
  });
  it('is unknown before it was added', () => {
    given().when(rotate(second)).thenRefused('partners.endpoint.unknown');
    given()
      .when({ ...who, type: 'EnableEndpoint' })
      .thenRefused('partners.endpoint.unknown');
  });
  it('takes a change that changes nothing as no fact', () => {
    given(added)
      .when({ ...who, type: 'ChangeEndpoint', terms })
      .thenNothing();
    const other = { ...terms, types: [] };
    given(added)
      .when({ ...who, type: 'ChangeEndpoint', terms: other })
      .then({ type: 'EndpointChanged', data: { ...who, ...other } });
  });
  it('is disabled once and enabled once', () => {
    const disable: EndpointCommand = { ...who, type: 'DisableEndpoint', cause: 'asked', because: 'moving house' };
    given(added).when(disable).then(disabled);
    given(added, disabled).when(disable).thenNothing();
    given(added, disabled)
      .when({ ...who, type: 'EnableEndpoint' })
      .then({ type: 'EndpointEnabled', data: who });
    given(added)
      .when({ ...who, type: 'EnableEndpoint' })
      .thenNothing();
  });
});

it('writes down who had an event sent again, each time, with a reason where there is one', () => {
  const retry = { ...who, type: 'RetryDelivery' as const, deliveryId: first, eventId: second, lane: 'a lane' };
  const { type: _, ...data } = retry;
  given(added).when(retry).then({ type: 'DeliveryRetried', data });
  given(added, { type: 'DeliveryRetried', data })
    .when({ ...retry, because: 'their server is back' })
    .then({ type: 'DeliveryRetried', data: { ...data, because: 'their server is back' } });
  given().when(retry).thenRefused('partners.endpoint.unknown');
});

describe('the rotation of a secret', () => {
  it('lets the old one sign beside the new one for a day', () => {
    given(added, made(first, 1, null))
      .when(rotate(second))
      .then(made(second, 2, until));
  });
  it('is one at a time', () => {
    given(added, made(first, 1, null), made(second, 2, until))
      .when(rotate(third))
      .thenRefused('partners.secret.rotating');
    given(added, made(first, 1, null), made(second, 2, until))
      .when(rotate(third, '2026-11-25T12:00:00.000001Z'))
      .then(made(third, 3, '2026-11-26T12:00:00.000001Z'));
  });
  it('ends when the old one is retired, never by retiring the newest', () => {
    const rotated = [added, made(first, 1, null), made(second, 2, until)];
    given(...rotated)
      .when(retire(first))
      .then({ type: 'EndpointSecretRetired', data: { ...who, secretId: first, number: 1 } });
    given(...rotated)
      .when(retire(second))
      .thenRefused('partners.secret.in-use');
    given(...rotated)
      .when(retire(third))
      .thenRefused('partners.secret.unknown');
  });
  it('is over by itself when the time of the old one is', () => {
    const secrets = [
      { secretId: first, number: 1, signsUntil: until },
      { secretId: second, number: 2, signsUntil: null },
    ];
    expect(signing(secrets, noon).map(({ number }) => number)).toEqual([1, 2]);
    expect(signing(secrets, until).map(({ number }) => number)).toEqual([2]);
  });
});
