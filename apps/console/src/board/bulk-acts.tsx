import type { ReactNode } from 'react';
import { useDraft } from '../app/draft.js';
import { Button, TextArea } from '../ui/index.js';
import { i18n } from '../words/words.js';

interface Common {
  /** why nothing can be begun */
  because: string | undefined;
  busy: boolean;
}

const Act = ({ name, children }: { name: string; children: ReactNode }) => (
  <section className="stack-tight" aria-label={name}>
    <h3>{name}</h3>
    {children}
  </section>
);

const number = (count: number): string => count.toLocaleString('en-GB');

/** Keeps an eye on all that match, or on none of them any more. */
export function BulkWatch({
  shipments,
  watched,
  because,
  busy,
  onAct,
}: Common & {
  shipments: number;
  watched: number;
  onAct: (act: { do: 'watch' | 'unwatch' }, matching: number) => void;
}) {
  const others = shipments - watched;
  return (
    <Act name={i18n.t('Watch')}>
      <div className="buttons">
        <Button
          size="small"
          busy={busy}
          because={because ?? (others === 0 ? i18n.t('You watch all of them.') : undefined)}
          onPress={() => onAct({ do: 'watch' }, others)}
        >
          {i18n.t('Watch {others}', { others: number(others) })}
        </Button>
        <Button
          size="small"
          busy={busy}
          because={because ?? (watched === 0 ? i18n.t('You watch none of them.') : undefined)}
          onPress={() => onAct({ do: 'unwatch' }, watched)}
        >
          {i18n.t('Watch {watched} no more', { watched: number(watched) })}
        </Button>
      </div>
    </Act>
  );
}

/** Takes what nobody of the caller's colleagues has taken yet. */
export function BulkTake({
  unassigned,
  because,
  busy,
  onTake,
}: Common & { unassigned: number; onTake: (matching: number) => void }) {
  return (
    <Act name={i18n.t('Take')}>
      <div className="buttons">
        <Button
          size="small"
          busy={busy}
          because={
            because ??
            (unassigned === 0 ? i18n.t('Somebody has taken each of their open tasks, or none is for you.') : undefined)
          }
          onPress={() => onTake(unassigned)}
        >
          {i18n.t('Take {tasks, plural, one {{count} task} other {{count} tasks}} that nobody has', {
            tasks: unassigned,
            count: number(unassigned),
          })}
        </Button>
      </div>
    </Act>
  );
}

/** The same comment on each that matches. */
export function BulkComment({
  shipments,
  because,
  busy,
  onComment,
}: Common & { shipments: number; onComment: (text: string) => void }) {
  const [{ text }, change] = useDraft('bulk-comment', { text: '' });
  const written = text.trim();
  return (
    <Act name={i18n.t('Comment')}>
      <TextArea
        label={i18n.t('Comment on each')}
        hint={i18n.t('Each is recorded under your name; you take each back by itself.')}
        rows={2}
        maxLength={4000}
        value={text}
        onChange={(typed) => change({ text: typed })}
      />
      <div className="buttons">
        <Button
          size="small"
          busy={busy}
          because={
            because ??
            (shipments === 0 ? i18n.t('No shipment fits.') : written === '' ? i18n.t('Write it first.') : undefined)
          }
          onPress={() => {
            onComment(written);
            change({ text: '' });
          }}
        >
          {i18n.t('Comment on {shipments}', { shipments: number(shipments) })}
        </Button>
      </div>
    </Act>
  );
}
