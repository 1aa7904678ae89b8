import pg from 'pg';

/** The context's own tables, as a superuser reaches them: a crowd of this size is put there, not lived through. */
const connect = async (postgresUrl: string): Promise<pg.Client> => {
  const url = new URL(postgresUrl);
  url.pathname = '/tidewaiter';
  const client = new pg.Client({ connectionString: url.href, options: '-c search_path=shipments' });
  await client.connect();
  return client;
};

const ROW = `jsonb_build_object(
  'reached', n % 5, 'outcome', null, 'sealed', false, 'settled', '[]'::jsonb, 'paid', '{}'::jsonb,
  'tasks', case when n % 7 = 0 then jsonb_build_object('t', jsonb_build_object('kind', 'approve-payment', 'role', 'approver', 'says', 'Approve it',
    'due', to_char(now() + (n % 900) * interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))) else '{}'::jsonb end,
  'now', jsonb_build_object('time', '2026-11-24T10:00:00.000000Z', 'waitingFor', 'authority', 'says', 'Declaration sent to the authority'),
  'debt', jsonb_build_object('weight', 0, 'time', '2026-11-24T10:00:00.000000Z', 'amount', jsonb_build_object('amount', (n % 9000)::text || '.50', 'currency', 'GBP')),
  'since', jsonb_build_object((array['engagement', 'documentation', 'clearance', 'delivery', 'record-keeping'])[1 + n % 5],
    to_char(now(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
  'mrn', null, 'lastEvent', jsonb_build_object('type', 'DeclarationSent', 'time', '2026-11-24T10:00:00.000000Z'), 'events', 12)`;

/** Puts so many shipments on the board of a tenant, once. */
export async function crowd(postgresUrl: string, tenant: string, count: number): Promise<void> {
  const client = await connect(postgresUrl);
  try {
    const there = await client.query(`select 1 from board where tenant_id = $1 and reference = $2`, [
      tenant,
      `CROWD-${count}`,
    ]);
    if (there.rowCount) return;
    await client.query(
      `insert into shipments (tenant_id, id, state, version, reference, opened_at, parties_at)
       select $1, gen_random_uuid(), jsonb_build_object('status', 'open', 'engagementId', gen_random_uuid(), 'reference', 'CROWD-' || n, 'origin', 'CN',
              'destination', (array['GB', 'US', 'DE'])[1 + n % 3], 'transport', 'ocean', 'portOfEntry', 'GBFXT'),
              1, 'CROWD-' || n, '2026-11-24T10:00:00.000000Z', '2026-11-24T10:00:00.000000Z'
       from generate_series(1, $2::integer) n`,
      [tenant, count],
    );
    await client.query(
      `update shipments set state = state || jsonb_build_object('shipmentId', id) where tenant_id = $1 and reference like 'CROWD-%'`,
      [tenant],
    );
    await client.query(
      `insert into board (tenant_id, shipment_id, row, stage, key, reference, customer, origin, destination, waiting, role, due, payable, currency, last_at, opened_at, found)
       select tenant_id, id, row, (array['engagement', 'documentation', 'clearance', 'delivery', 'record-keeping'])[1 + n % 5], position::integer, reference,
              'Customer ' || n % 400, 'CN', state->>'destination', case when n % 7 = 0 then 'approver: approve-payment' else 'authority' end,
              case when n % 7 = 0 then 'approver' end, case when n % 7 = 0 then now() + (n % 900) * interval '1 hour' end,
              (n % 9000) + 0.5, 'GBP', '2026-11-24T10:00:00.000000Z', opened_at, lower(reference || ' customer ' || n % 400)
       from (select *, substr(reference, 7)::integer as n from shipments where tenant_id = $1 and reference like 'CROWD-%') s
       cross join lateral (select ${ROW} as row) r
       on conflict (tenant_id, shipment_id) do nothing`,
      [tenant],
    );
    // Forty were delivered before, each a day later than the other: enough like cases for estimates of what goes to Great Britain.
    await client.query(
      `insert into stage_durations (tenant_id, shipment_id, stage, destination, transport, seconds, delivered_at)
       select $1, gen_random_uuid(), stage, 'GB', 'ocean', 86400 * n, '2026-11-20T00:00:00.000000Z'
       from generate_series(1, 40) n, unnest(array['engagement', 'documentation', 'clearance', 'delivery']) stage`,
      [tenant],
    );
    await client.query('analyze board; analyze shipments');
  } finally {
    await client.end();
  }
}

/** Thirty days on which a guarantee held a little more each day than it gave back. */
export async function thirtyDaysOf(postgresUrl: string, tenant: string, guaranteeId: string): Promise<void> {
  const client = await connect(postgresUrl);
  try {
    await client.query(
      `insert into guarantee_days (tenant_id, guarantee_id, day, held, given_back)
       select $1, $2, current_date - n, 20000 + 900 * (n % 7), 15000 from generate_series(1, 30) n`,
      [tenant, guaranteeId],
    );
  } finally {
    await client.end();
  }
}

export interface Stirring {
  /** how many changes were told so far */
  readonly told: number;
  stop(): Promise<void>;
}

/** Lets the board tell of so many changes a second, spread over the crowd: rows change and the feed says so. */
export async function stir(postgresUrl: string, tenant: string, perSecond: number): Promise<Stirring> {
  const client = await connect(postgresUrl);
  const batch = Math.max(1, Math.round(perSecond / 10));
  let told = 0;
  let stopped = false;
  const run = async (): Promise<void> => {
    const begun = Date.now();
    for (let turn = 1; !stopped; turn += 1) {
      await client.query(
        `with chosen as (
           select shipment_id, $2 * ($3 - 1) + row_number() over () as n
           from (select shipment_id from board where tenant_id = $1 and reference like 'CROWD-%' order by due nulls last, key offset ($3 * 37) % 500 limit $2) c
         ), changed as (
           update board b set row = jsonb_set(b.row, '{events}', to_jsonb(12 + chosen.n)), last_at = to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
           from chosen where b.tenant_id = $1 and b.shipment_id = chosen.shipment_id
         )
         insert into timeline (tenant_id, shipment_id, event_id, context, name, type, stream, version, time, actor, causation_id, says, data)
         select $1, shipment_id, gen_random_uuid(), 'customs', 'DeclarationRegistered', 'tidewaiter.customs.DeclarationRegistered.v1', 'declaration-' || shipment_id,
                n::integer, to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'authority:test', 'test', 'Registered', '{}'
         from chosen`,
        [tenant, batch, turn],
      );
      told += batch;
      const ahead = begun + turn * 100 - Date.now();
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
    }
  };
  const running = run();
  return {
    get told() {
      return told;
    },
    async stop() {
      stopped = true;
      await running;
      await client.end();
    },
  };
}
