import { Trans } from '@lingui/react';
import { dropView, listViews, saveView } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { Button, Dialog, ErrorState, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { boardSearch, type BoardSearch } from './search.js';

/** Views kept on the server: one's own and those that are shared; a view is all of its link. */
export default function Views({ search, onChoose }: { search: BoardSearch; onChoose: (search: BoardSearch) => void }) {
  const { data } = useRoute(listViews, {}, { staleTime: 60_000 });
  const [saving, setSaving] = useState(false);
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [pinned, setPinned] = useState(false);
  const save = useChange(saveView, {
    reads: [listViews],
    onDone: ({ viewId }) => {
      setSaving(false);
      onChoose({ ...search, view: viewId });
    },
  });
  const drop = useChange(dropView, { reads: [listViews] });
  const views = data?.items.filter(({ page }) => page === 'board') ?? [];
  const current = views.find(({ viewId }) => viewId === search.view);
  const query = Object.fromEntries(
    Object.entries(search).filter(
      (entry): entry is [string, string] => !['view', 'peek'].includes(entry[0]) && typeof entry[1] === 'string',
    ),
  );
  return (
    <span className="row">
      <select
        className="input views"
        aria-label={i18n.t('View')}
        value={current?.viewId ?? ''}
        onChange={(event) => {
          const chosen = views.find(({ viewId }) => viewId === event.target.value);
          onChoose(chosen ? { ...boardSearch(chosen.query), view: chosen.viewId } : {});
        }}
      >
        <option value="">{i18n.t('View: all shipments')}</option>
        {views.map(({ viewId, name: text, pinned: star, mine }) => (
          <option key={viewId} value={viewId}>
            {star ? '★ ' : ''}
            {text}
            {mine ? '' : i18n.t(' (shared)')}
          </option>
        ))}
      </select>
      <Button onPress={() => setSaving(true)}>{i18n.t('Save view')}</Button>
      <Dialog title={i18n.t('Save this view')} open={saving} onClose={() => setSaving(false)}>
        {save.error && <ErrorState error={save.error} what={i18n.t('the view')} />}
        <TextField label={i18n.t('Name')} value={name} onChange={setName} />
        <label>
          <Trans
            id="<0/> Shared with everybody in this company"
            components={{
              0: <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} />,
            }}
          />
        </label>
        <label>
          <Trans
            id="<0/> Pinned to the top"
            components={{
              0: <input type="checkbox" checked={pinned} onChange={(event) => setPinned(event.target.checked)} />,
            }}
          />
        </label>
        <div className="buttons">
          <Button
            kind="primary"
            busy={save.isPending}
            because={name.trim() === '' ? i18n.t('Give it a name first.') : undefined}
            onPress={() => save.mutate({ body: { name: name.trim(), page: 'board', query, shared, pinned } })}
          >
            {i18n.t('Save')}
          </Button>
          {current?.mine && (
            <Button
              kind="danger"
              onPress={() => {
                drop.mutate({ params: { viewId: current.viewId } });
                setSaving(false);
                onChoose({});
              }}
            >
              {i18n.t('Drop “{name}”', { name: current.name })}
            </Button>
          )}
        </div>
      </Dialog>
    </span>
  );
}
