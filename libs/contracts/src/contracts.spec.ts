import {
  allEvents,
  allRoutes,
  assessmentRequest,
  checkData,
  currency,
  decimal,
  eventNamed,
  openApiDocument,
  parseEventType,
  SchemaMismatch,
} from './index.js';

describe('event definitions', () => {
  it('names types so that they can be read back', () => {
    expect(parseEventType('tidewaiter.customs.DeclarationRejected.v1')).toEqual({
      context: 'customs',
      name: 'DeclarationRejected',
      version: 1,
    });
    expect(parseEventType('tidewaiter.kitchen.Cooked.v1')).toBeNull();
  });
  it('points at personal values that exist in the schema', () => {
    for (const { personal, versions, version } of allEvents()) {
      for (const pointer of personal)
        expect(JSON.stringify(versions[version]!.toJSONSchema())).toContain(`"${pointer.split('/').pop()}"`);
    }
  });
  it('refuses data that does not fit, with its place', () => {
    const event = eventNamed('customs', 'DeclarationSent')!;
    expect(() => checkData(event, 1, { attempt: 0 })).toThrow(SchemaMismatch);
    expect(() => checkData(event, 7, {})).toThrow('no such version');
  });
});

describe('values', () => {
  it.each(['0', '12.50', '-3.000001', '891.12'])('takes the decimal %s', (text) =>
    expect(decimal.safeParse(text).success).toBe(true),
  );
  it.each(['1,000.00', '01', '.5', '1e3', '', 'NaN', '1.', ' 1'])('refuses %j as a decimal', (text) =>
    expect(decimal.safeParse(text).success).toBe(false),
  );
  it('refuses a JSON number where an amount belongs', () => {
    const parsed = assessmentRequest.safeParse({
      destination: 'GB',
      lines: [{ price: { amount: 5, currency: 'USD' } }],
    });
    expect(parsed.success).toBe(false);
  });
  it('knows currencies in use and no others', () => {
    expect(currency.safeParse('GBP').success).toBe(true);
    expect(currency.safeParse('XTS').success).toBe(false);
    expect(currency.safeParse('FRF').success).toBe(false);
  });
});

describe('the OpenAPI document', () => {
  const document = openApiDocument('0.0.0') as {
    paths: Record<string, Record<string, { operationId: string }>>;
    components: { schemas: Record<string, unknown> };
  };

  it('has every route once', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((operation) => operation.operationId),
    );
    expect(ids.sort()).toEqual(
      allRoutes()
        .map((route) => route.id)
        .sort(),
    );
  });
  it('dangles no reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1]!,
    );
    for (const name of references) expect(document.components.schemas).toHaveProperty([name]);
    expect(references.length).toBeGreaterThan(50);
  });
  it('names the key and its scope at the operations that take one, and nowhere else', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path)) as unknown as {
      operationId: string;
      description?: string;
      security: Record<string, string[]>[];
      'x-key-scope'?: string;
    }[];
    const taking = operations.filter(({ security }) => security.some((each) => 'partnerKey' in each));
    expect(taking.map(({ operationId }) => operationId).sort()).toEqual(
      allRoutes()
        .filter(({ keyScope }) => keyScope !== undefined)
        .map(({ id }) => id)
        .sort(),
    );
    expect(taking.length).toBeGreaterThan(3);
    for (const { security, description, 'x-key-scope': scope } of taking) {
      expect(security).toEqual([{ bearer: [] }, { partnerKey: [scope] }]);
      expect(description).toContain(`scope \`${scope}\``);
    }
    expect(operations.filter((each) => 'x-key-scope' in each)).toHaveLength(taking.length);
  });
  it('asks for an identity everywhere but at health, documents, the door of the console and signed channels', () => {
    const open = allRoutes()
      .filter((route) => route.access === 'public')
      .map((route) => route.id);
    expect(open.sort()).toEqual([
      'beginSignIn',
      'endSession',
      'finishSignIn',
      'healthLive',
      'healthReady',
      'listEventTypes',
      'listSignIns',
      'renewSession',
      'showAsyncApi',
      'showEventSchema',
      'showEventType',
      'showOpenApi',
      'showProblem',
      'showStatusPage',
    ]);
    const signed = allRoutes()
      .filter((route) => route.access === 'machine')
      .map((route) => route.id);
    expect(signed.sort()).toEqual(['authorityNotification', 'bankNotification', 'carrierEvents', 'showMetrics']);
    const read = allRoutes()
      .filter((route) => route.access === 'reader')
      .map((route) => route.id);
    expect(read.sort()).toEqual(['showCheckpoint', 'showTile', 'showVerifierKey', 'showWitnessKeys']);
  });
});
