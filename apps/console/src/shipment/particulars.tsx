import { ProblemError } from '@tidewaiter/client';
import { amendShipment, showShipment, showStory, showTimeline } from '@tidewaiter/contracts';
import { useState } from 'react';
import { api } from '../api/client.js';
import { readAgain } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { announce } from '../app/announce.js';
import { Button, ErrorState, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { ConflictPanel } from './conflict.js';
import type { TimelineEntry } from './data.js';
import { threeWay, type Conflict, type Fields } from './merge.js';
import { Panel, useOffline } from './parts.js';

interface Particulars {
  portOfEntry?: string;
  charges?: { freight?: { amount: string; currency: string }; insurance?: { amount: string; currency: string } };
}

const LABELS: Record<string, string> = {
  portOfEntry: i18n.t('Port of entry'),
  freight: i18n.t('Freight'),
  insurance: i18n.t('Insurance'),
};
const labelOf = (field: string): string => LABELS[field] ?? field;

/** The form's fields as the events have them: the opening and every amendment after it. */
export function particularsOf(entries: readonly TimelineEntry[]): { fields: Fields; currency: string } {
  const all = entries
    .filter(({ name }) => name === 'ShipmentOpened' || name === 'ShipmentAmended')
    .reduce<Particulars>((before, { data }) => ({ ...before, ...(data as Particulars) }), {});
  const { freight, insurance } = all.charges ?? {};
  return {
    fields: { portOfEntry: all.portOfEntry ?? '', freight: freight?.amount ?? '', insurance: insurance?.amount ?? '' },
    currency: freight?.currency ?? insurance?.currency ?? 'GBP',
  };
}

/** What may still be changed before the papers are complete. Two people at once meet field by field. */
export function ParticularsForm({
  shipmentId,
  entries,
  engaged,
}: {
  shipmentId: string;
  entries: readonly TimelineEntry[];
  engaged: boolean;
}) {
  const { fields: current, currency } = particularsOf(entries);
  const session = useSession();
  const offline = useOffline();
  const [base, setBase] = useState<{ fields: Fields; version: number } | null>(null);
  const [typed, setTyped] = useState<Fields>({});
  const [conflicts, setConflicts] = useState<readonly Conflict[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const begin = async (): Promise<void> => {
    const { version } = await api.call(showShipment, { params: { shipmentId } });
    setBase({ fields: current, version });
    setTyped(current);
  };
  const bodyOf = (changes: Fields, all: Fields) => ({
    ...('portOfEntry' in changes ? { portOfEntry: changes['portOfEntry'] } : {}),
    ...('freight' in changes || 'insurance' in changes
      ? {
          charges: Object.fromEntries(
            (['freight', 'insurance'] as const)
              .filter((name) => all[name])
              .map((name) => [name, { amount: all[name]!, currency }]),
          ),
        }
      : {}),
  });
  const save = async (from: { fields: Fields; version: number }, wanted: Fields): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const { changes } = threeWay(from.fields, wanted, from.fields);
      if (Object.keys(changes).length > 0) {
        await api.call(
          amendShipment,
          { params: { shipmentId }, body: bodyOf(changes, wanted) },
          { ifMatch: from.version },
        );
        announce(i18n.t('Recorded.'));
      }
      setBase(null);
      setConflicts([]);
      await readAgain(showShipment, showTimeline, showStory);
    } catch (thrown) {
      if (thrown instanceof ProblemError && thrown.status === 412) await meet(from, wanted);
      else setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  /** What the other person wrote, read now: other fields merge by themselves, the same field is a person's choice. */
  const meet = async (from: { fields: Fields; version: number }, wanted: Fields): Promise<void> => {
    const latest: TimelineEntry[] = [];
    for await (const entry of api.all(showTimeline, { params: { shipmentId }, query: { limit: 200 } }, (page) => page))
      latest.push(entry);
    const { version } = await api.call(showShipment, { params: { shipmentId } });
    const theirs = { fields: particularsOf(latest).fields, version };
    const merged = threeWay(from.fields, wanted, theirs.fields);
    const next = {
      ...theirs.fields,
      ...merged.changes,
      ...Object.fromEntries(merged.conflicts.map(({ field, yours }) => [field, yours])),
    };
    setBase(theirs);
    setTyped(next);
    setConflicts(merged.conflicts);
    if (merged.conflicts.length === 0) {
      announce(
        i18n.t('Merged with another change of {labelOf}.', {
          labelOf: merged.taken.map(labelOf).join(', ') || i18n.t('the shipment'),
        }),
      );
      await save(theirs, next);
    }
  };

  return (
    <Panel
      title={i18n.t('Particulars')}
      aside={<span className="label">{i18n.t('Changed before the papers are complete')}</span>}
    >
      {base === null ? (
        <>
          <dl className="facts">
            {Object.entries(current).map(([field, value]) => (
              <div key={field} style={{ display: 'contents' }}>
                <dt>{labelOf(field)}</dt>
                <dd>
                  {value === '' ? (
                    <span className="soft">{i18n.t('not given')}</span>
                  ) : field === 'portOfEntry' ? (
                    value
                  ) : (
                    `${value} ${currency}`
                  )}
                </dd>
              </div>
            ))}
          </dl>
          <Button
            because={
              !holds(session, 'operator', 'administrator')
                ? i18n.t('Operators change particulars.')
                : engaged
                  ? i18n.t(
                      'Standing is proved on these particulars: they stay. A declaration is corrected under Declaration.',
                    )
                  : offline
            }
            onPress={() => void begin()}
          >
            {i18n.t('Change particulars')}
          </Button>
        </>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void save(base, typed);
          }}
        >
          {conflicts.length > 0 && (
            <ConflictPanel
              conflicts={conflicts}
              label={labelOf}
              because={offline}
              onResolve={(chosen) => void save(base, { ...typed, ...chosen })}
            />
          )}
          {error !== null && <ErrorState error={error} what={i18n.t('the change')} />}
          {Object.keys(current).map((field) => (
            <TextField
              key={field}
              label={labelOf(field)}
              hint={
                field === 'portOfEntry' ? i18n.t('UN/LOCODE, such as GBFXT') : i18n.t('in {currency}', { currency })
              }
              inputMode={field === 'portOfEntry' ? 'text' : 'decimal'}
              value={typed[field] ?? ''}
              onChange={(value) => setTyped({ ...typed, [field]: value })}
            />
          ))}
          <div className="buttons">
            <Button kind="primary" type="submit" busy={busy} because={offline}>
              {i18n.t('Save particulars')}
            </Button>
            <Button
              onPress={() => {
                setBase(null);
                setConflicts([]);
              }}
            >
              {i18n.t('Leave as it was')}
            </Button>
          </div>
        </form>
      )}
    </Panel>
  );
}
