import { Trans } from '@lingui/react';
import {
  INCOTERMS,
  listEngagements,
  listImporters,
  openShipment,
  TRANSPORT_MODES,
  type InputOf,
} from '@tidewaiter/contracts';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useChange, useRoute } from '../api/queries.js';
import { useDraft } from '../app/draft.js';
import {
  Button,
  EmptyState,
  ErrorState,
  fieldProblems,
  LegalDate,
  Money,
  Page,
  ProblemSummary,
  Select,
  Skeleton,
  StatusMark,
  TextArea,
  TextField,
} from '../ui/index.js';
import { transportWord } from '../words/terms.js';
import { i18n } from '../words/words.js';
import { STANDING } from './engagements-page.js';
import { HEAD, readGoods } from './goods.js';

const party = { name: '', street: '', city: '', postcode: '', country: '' };
const DRAFT = {
  engagementId: '',
  destination: '',
  reference: '',
  origin: '',
  transport: 'ocean',
  portOfEntry: '',
  incoterm: 'FOB',
  place: '',
  consignor: party,
  consignee: party,
  goods: '',
  freight: '',
  freightCurrency: 'USD',
};
type Party = typeof party;

const PARTY_FIELDS: Record<keyof Party, string> = {
  name: i18n.t('name'),
  street: i18n.t('street'),
  city: i18n.t('city'),
  postcode: i18n.t('postcode'),
  country: i18n.t('country, two letters'),
};

const fieldOf = (pointer: string): string | undefined => {
  const known =
    /(reference|origin|transport|portOfEntry|incoterm|place|engagementId|destination|goods|lines|freight)/.exec(
      pointer,
    )?.[1];
  return known === 'lines' ? 'goods' : known === 'engagementId' ? 'engagement' : known;
};

/** Standing first: may this entity be importer here, today, under this mandate? Then the goods. */
export default function NewShipmentPage() {
  const { engagement: wanted } = useSearch({ from: '/frame/shipments/new' });
  const navigate = useNavigate();
  const engagements = useRoute(listEngagements, { query: { limit: 200 } });
  const importers = useRoute(listImporters, { query: { limit: 200 } });
  const [draft, change, forget] = useDraft('shipment', { ...DRAFT, engagementId: wanted ?? '' });
  const open = useChange(openShipment, {
    onDone: ({ shipmentId }) => {
      forget();
      void navigate({ to: '/shipments/$shipmentId', params: { shipmentId } });
    },
  });
  if (engagements.error)
    return <ErrorState error={engagements.error} what="engagements" onRetry={() => void engagements.refetch()} />;
  if (!engagements.data)
    return (
      <div className="page" aria-busy="true">
        <Skeleton height={36} width="40%" />
        <Skeleton height={200} />
      </div>
    );
  const usable = engagements.data.items.filter(({ status }) => status !== 'ended');
  const chosen = usable.find(({ engagementId }) => engagementId === draft.engagementId) ?? usable[0];
  if (!chosen)
    return (
      <Page title={i18n.t('New shipment')}>
        <EmptyState
          title={i18n.t('No engagement in force')}
          act={
            <Link className="button" to="/engagements">
              {i18n.t('Engagements')}
            </Link>
          }
        >
          {i18n.t('A shipment is opened under an engagement: it says who is importer.')}
        </EmptyState>
      </Page>
    );
  const destination = chosen.destinations.includes(draft.destination) ? draft.destination : chosen.destinations[0]!;
  const importer = importers.data?.items.find(({ importerId }) => importerId === chosen.importerId);
  const today = new Date().toISOString().slice(0, 10);
  const mandate = chosen.mandates.find(
    ({ destinations, validFrom, validTo }) =>
      destinations.includes(destination) && validFrom <= today && today <= validTo,
  );
  const [state, word] = STANDING[chosen.status] ?? ['unknown', chosen.status];
  const stands = chosen.status === 'in-force' && mandate !== undefined;
  const goods = readGoods(draft.goods);
  const problems = [...fieldProblems(open.error, fieldOf)];
  const partyOf = (role: 'consignor' | 'consignee', { name, ...address }: Party) => ({ role, name, address });
  const send = (): void => {
    const body: InputOf<typeof openShipment>['body'] = {
      engagementId: chosen.engagementId,
      destination,
      reference: draft.reference.trim(),
      origin: draft.origin.trim().toUpperCase(),
      transport: draft.transport as never,
      portOfEntry: draft.portOfEntry.trim().toUpperCase(),
      incoterm: { code: draft.incoterm as never, place: draft.place.trim() },
      parties: [partyOf('consignor', draft.consignor), partyOf('consignee', draft.consignee)],
      lines: goods.lines,
      charges: draft.freight ? { freight: { amount: draft.freight, currency: draft.freightCurrency } } : {},
      carrier: 'simulated-ocean',
    };
    open.mutate({ body });
  };
  return (
    <Page
      title={i18n.t('New shipment')}
      lead={i18n.t('Standing first, then the goods. What you type stays in this tab until it is sent.')}
      wide={false}
    >
      <ProblemSummary problems={problems} />
      <section className="sheet">
        <div className="sheet-head">
          <h2>{i18n.t('1 Standing')}</h2>
          <StatusMark state={stands ? 'go' : state === 'go' ? 'act' : state}>
            {stands ? i18n.t('May import here today') : word}
          </StatusMark>
        </div>
        <div className="sheet-body stack">
          <div className="columns">
            <Select
              id="engagement"
              label={i18n.t('Engagement')}
              value={chosen.engagementId}
              onChange={(engagementId) => change({ engagementId })}
              options={usable.map((each) => ({
                value: each.engagementId,
                label: `${each.customer.name} · ${each.destinations.join(', ')} · ${each.kind}`,
              }))}
            />
            <Select
              id="destination"
              label={i18n.t('Destination')}
              value={destination}
              onChange={(value) => change({ destination: value })}
              options={chosen.destinations.map((value) => ({ value, label: value }))}
            />
          </div>
          <dl className="facts">
            <dt>{i18n.t('Importer of record')}</dt>
            <dd>
              {importer
                ? `${importer.name}, ${importer.identifiers.map(({ scheme, value }) => `${scheme} ${value}`).join(', ')}`
                : '…'}
            </dd>
            <dt>{i18n.t('Mandate')}</dt>
            <dd>
              {mandate ? (
                <>
                  <Trans
                    id="by {grantor}, until <0/>"
                    values={{ grantor: mandate.grantor }}
                    components={{ 0: <LegalDate date={mandate.validTo} country={destination} endOfDay /> }}
                  />
                </>
              ) : (
                <StatusMark state="act">
                  <Trans
                    id="none covers {destination} today. <0>Record one</0>"
                    values={{ destination }}
                    components={{
                      0: <Link to="/engagements/$engagementId" params={{ engagementId: chosen.engagementId }} />,
                    }}
                  />
                </StatusMark>
              )}
            </dd>
          </dl>
        </div>
      </section>
      <section className="sheet">
        <div className="sheet-head">
          <h2>{i18n.t('2 Consignment')}</h2>
        </div>
        <div className="sheet-body columns">
          <TextField
            id="reference"
            label={i18n.t('Reference')}
            hint={i18n.t('yours; 2 to 35 characters, once only')}
            value={draft.reference}
            onChange={(reference) => change({ reference })}
          />
          <TextField
            id="origin"
            label={i18n.t('Country of dispatch')}
            hint={i18n.t('two letters, as CN')}
            value={draft.origin}
            onChange={(origin) => change({ origin })}
          />
          <Select
            id="transport"
            label={i18n.t('Transport')}
            value={draft.transport}
            onChange={(transport) => change({ transport })}
            options={TRANSPORT_MODES.map((value) => ({ value, label: transportWord(value) }))}
          />
          <TextField
            id="portOfEntry"
            label={i18n.t('Port of entry')}
            hint={i18n.t('UN/LOCODE, as GBFXT')}
            value={draft.portOfEntry}
            onChange={(portOfEntry) => change({ portOfEntry })}
          />
          <Select
            id="incoterm"
            label={i18n.t('Incoterm')}
            value={draft.incoterm}
            onChange={(incoterm) => change({ incoterm })}
            options={INCOTERMS.map((value) => ({ value, label: value, isCode: true }))}
          />
          <TextField
            id="place"
            label={i18n.t('Named place')}
            value={draft.place}
            onChange={(place) => change({ place })}
          />
          <TextField
            id="freight"
            label={i18n.t('Freight')}
            hint={i18n.t('amount; leave empty where the price holds it')}
            inputMode="decimal"
            value={draft.freight}
            onChange={(freight) => change({ freight })}
          />
          <TextField
            label={i18n.t('Freight currency')}
            value={draft.freightCurrency}
            onChange={(freightCurrency) => change({ freightCurrency })}
          />
        </div>
      </section>
      <section className="sheet">
        <div className="sheet-head">
          <h2>{i18n.t('3 Parties')}</h2>
        </div>
        <div className="sheet-body columns">
          {(['consignor', 'consignee'] as const).map((role) => (
            <fieldset key={role} className="stack-tight party">
              <legend>{role === 'consignor' ? i18n.t('Consignor') : i18n.t('Consignee')}</legend>
              {(Object.keys(party) as (keyof Party)[]).map((name) => (
                <TextField
                  key={name}
                  label={PARTY_FIELDS[name]}
                  value={draft[role][name]}
                  onChange={(value) => change({ [role]: { ...draft[role], [name]: value } })}
                />
              ))}
            </fieldset>
          ))}
        </div>
      </section>
      <section className="sheet">
        <div className="sheet-head">
          <h2>{i18n.t('4 Goods')}</h2>
          <span className="label">{i18n.t('{count} lines', { count: goods.lines.length })}</span>
        </div>
        <div className="sheet-body stack">
          <TextArea
            id="goods"
            label={i18n.t('Lines')}
            hint={
              <Trans
                id="Paste from a spreadsheet or type CSV: <0>{columns}</0>. May stay empty: papers can bring them."
                values={{ columns: HEAD.join(', ') }}
                components={{ 0: <code /> }}
              />
            }
            value={draft.goods}
            rows={5}
            onChange={(text) => change({ goods: text })}
          />
          {goods.problems.length > 0 && (
            <ul className="stack-tight">
              {goods.problems.slice(0, 10).map((says) => (
                <li key={says}>
                  <StatusMark state="act">{says}</StatusMark>
                </li>
              ))}
            </ul>
          )}
          {goods.lines.length > 0 && (
            <div className="table-scroll">
              <table className="table">
                <thead>
                  <tr>
                    <th>{i18n.t('Line')}</th>
                    <th>{i18n.t('Commodity')}</th>
                    <th>{i18n.t('Description')}</th>
                    <th>{i18n.t('Origin')}</th>
                    <th className="num">{i18n.t('Quantity')}</th>
                    <th className="num">{i18n.t('Net kg')}</th>
                    <th className="num">{i18n.t('Price')}</th>
                  </tr>
                </thead>
                <tbody>
                  {goods.lines.slice(0, 50).map((each) => (
                    <tr key={each.number}>
                      <td>{each.number}</td>
                      <td className="mono">{each.commodity}</td>
                      <td>{each.description}</td>
                      <td>{each.origin}</td>
                      <td className="num">
                        {each.quantity.value} {each.quantity.unit}
                      </td>
                      <td className="num">{each.netMass}</td>
                      <td className="num">
                        {goods.problems.length === 0 ? (
                          <Money value={each.price} />
                        ) : (
                          `${each.price.amount} ${each.price.currency}`
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
      </section>
      <div className="buttons">
        <Button
          kind="primary"
          busy={open.isPending}
          because={
            !stands
              ? i18n.t('Nobody may be importer here today under this engagement: see 1.')
              : goods.problems.length > 0
                ? i18n.t('Mend the goods lines first: see 4.')
                : draft.reference.trim() === ''
                  ? i18n.t('Give it a reference first: see 2.')
                  : undefined
          }
          onPress={send}
        >
          {i18n.t('Open shipment {reference}', { reference: draft.reference })}
        </Button>
      </div>
    </Page>
  );
}
