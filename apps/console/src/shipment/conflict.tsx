import { useEffect, useRef, useState } from 'react';
import { Button } from '../ui/index.js';
import { i18n } from '../words/words.js';
import type { Conflict } from './merge.js';

/** Somebody wrote first: field by field what you typed, what they wrote and what it was before; nothing typed is lost. */
export function ConflictPanel({
  conflicts,
  label = (field) => field,
  onResolve,
  because,
}: {
  conflicts: readonly Conflict[];
  label?: (field: string) => string;
  /** the values to send */
  onResolve: (chosen: Record<string, string>) => void;
  because?: string | undefined;
}) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), []);
  const [chosen, setChosen] = useState<Record<string, 'yours' | 'theirs'>>({});
  const open = conflicts.filter(({ field }) => chosen[field] === undefined);
  return (
    <section
      className="problems"
      role="alert"
      aria-label={i18n.t('Somebody else changed the same')}
      tabIndex={-1}
      ref={panel}
    >
      <h2>{i18n.t('Somebody else changed the same')}</h2>
      <p>{i18n.t('What you typed is kept. Choose for each field which value stands.')}</p>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Field')}</th>
              <th scope="col">{i18n.t('Before')}</th>
              <th scope="col">{i18n.t('Theirs')}</th>
              <th scope="col">{i18n.t('Yours')}</th>
            </tr>
          </thead>
          <tbody>
            {conflicts.map((conflict) => (
              <tr key={conflict.field}>
                <th scope="row">{label(conflict.field)}</th>
                <td>{conflict.base}</td>
                {(['theirs', 'yours'] as const).map((side) => (
                  <td key={side}>
                    <label className="row">
                      <input
                        type="radio"
                        name={`conflict-${conflict.field}`}
                        checked={chosen[conflict.field] === side}
                        onChange={() => setChosen({ ...chosen, [conflict.field]: side })}
                      />
                      {conflict[side]}
                      <span className="sr">
                        {i18n.t(', {side} for {field}', { side, field: label(conflict.field) })}
                      </span>
                    </label>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Button
        kind="primary"
        because={
          open.length > 0
            ? i18n.t('Choose for {open} first.', { open: open.map(({ field }) => label(field)).join(', ') })
            : because
        }
        onPress={() =>
          onResolve(
            Object.fromEntries(conflicts.map((conflict) => [conflict.field, conflict[chosen[conflict.field]!]])),
          )
        }
      >
        {i18n.t('Save the chosen values')}
      </Button>
    </section>
  );
}
