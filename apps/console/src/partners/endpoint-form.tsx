import type { InputOf, addEndpoint } from '@tidewaiter/contracts';
import { useState } from 'react';
import { Button, fieldProblems, ProblemSummary, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';

export type Terms = InputOf<typeof addEndpoint>['body'];

const LABELS: Record<string, string> = { url: i18n.t('Address'), types: i18n.t('Types'), note: i18n.t('Note') };
const fieldOf = (pointer: string): string | undefined => {
  const name = /(url|types|note)/.exec(pointer)?.[1];
  return name === undefined ? undefined : LABELS[name];
};

/** Address, types and note of an endpoint. */
export function EndpointForm({
  initial,
  act,
  error,
  busy,
  because,
  onSend,
}: {
  initial: Terms;
  act: string;
  error: Error | null;
  busy: boolean;
  because: string | undefined;
  onSend: (terms: Terms) => void;
}) {
  const [url, setUrl] = useState(initial.url);
  const [types, setTypes] = useState(initial.types.join(', '));
  const [note, setNote] = useState(initial.note);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (because !== undefined || busy) return;
        onSend({ url, note, types: types.split(/[\s,]+/).filter((each) => each !== '') });
      }}
    >
      <ProblemSummary problems={fieldProblems(error, fieldOf)} />
      <TextField
        id="Address"
        label={i18n.t('Address')}
        hint={i18n.t('https, such as https://erp.example/hooks')}
        value={url}
        onChange={setUrl}
      />
      <TextField
        id="Types"
        label={i18n.t('Types')}
        hint={i18n.t('such as customs.GoodsReleased, documents.* · none: all')}
        value={types}
        onChange={setTypes}
      />
      <TextField id="Note" label={i18n.t('Note')} hint={i18n.t('for people')} value={note} onChange={setNote} />
      <div className="buttons">
        <Button type="submit" kind="primary" busy={busy} because={because}>
          {act}
        </Button>
      </div>
    </form>
  );
}
