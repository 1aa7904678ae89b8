import { allRoutes } from '@tidewaiter/contracts';
import { RouteTable } from './routes.js';

const table = RouteTable.ofInfra();
const sample = (path: string) =>
  path.replace('{*}', '000/001').replace(/\{[^}]+\}/g, '0192aaaa-0000-7000-8000-000000000001');

describe('the route table', () => {
  const routes = allRoutes().filter(({ context }) => context !== 'platform');

  it.each(routes.map(({ id, context, path }) => [id, path, context]))(
    'sends %s, %s, to the service %s',
    (_, path, context) => {
      expect(table.serviceOf(sample(path))).toBe(context);
    },
  );

  it('sends what every service answers alike to one of them', () => {
    expect(table.serviceOf('/')).toBe('shipments');
    expect(table.serviceOf('/openapi.json')).toBe('shipments');
  });

  it('looks at the path and not at the query', () => {
    expect(table.serviceOf('/v1/tasks?path=/v1/shipments/1/documents')).toBe('shipments');
  });

  it('takes whole segments: a longer word is another path', () => {
    const narrow = new RouteTable({ '/v1/shipments/*/documents': 'documents' });
    expect(narrow.serviceOf('/v1/shipments/1/documents-of-others')).toBeNull();
    expect(narrow.serviceOf('/v1/shipments/1')).toBeNull();
    expect(narrow.serviceOf('/v1/shipments/1/documents/2/content')).toBe('documents');
  });

  it('prefers the plain word to the wildcard, and the longer prefix to both', () => {
    const both = new RouteTable({ '/a/*': 'duties', '/a/b': 'customs', '/a/*/c': 'audit' });
    expect(both.serviceOf('/a/b')).toBe('customs');
    expect(both.serviceOf('/a/x')).toBe('duties');
    expect(both.serviceOf('/a/b/c')).toBe('audit');
  });

  it('refuses a table that names a service which does not exist', () => {
    expect(() => new RouteTable({ '/': 'frontdesk' })).toThrow('route / leads to frontdesk, which is no service');
  });
});
