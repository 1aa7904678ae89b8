import { search } from '@tidewaiter/contracts';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useMemo, useState, type KeyboardEvent } from 'react';
import { useBoundKeys } from '../app/keys.js';
import { useRoute } from '../api/queries.js';
import { Dialog } from '../ui/dialog.js';
import { i18n } from '../words/words.js';
import './palette.css';

interface Hit {
  id: string;
  label: string;
  hint: string;
  run: () => void;
}

const useDebounced = (value: string, ms: number): string => {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
};

/** Finds shipments by what people have in hand, and offers the acts of this page under the names of their buttons. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const navigate = useNavigate();
  const bound = useBoundKeys();
  const wanted = useDebounced(text.trim(), 150);
  const { data, isFetching } = useRoute(
    search,
    { query: { q: wanted } },
    { enabled: wanted.length > 1, staleTime: 10_000 },
  );
  const hits = useMemo<Hit[]>(() => {
    const found = (wanted.length > 1 ? (data?.items ?? []) : []).map(({ kind, id, label, by, hint }): Hit => ({
      id: `${kind} ${id}`,
      label,
      hint: `${by} · ${hint}`,
      run: () =>
        void (kind === 'shipment'
          ? navigate({ to: '/shipments/$shipmentId', params: { shipmentId: id } })
          : kind === 'guarantee'
            ? navigate({ to: '/guarantees/$guaranteeId', params: { guaranteeId: id } })
            : navigate({ to: '/engagements/$engagementId', params: { engagementId: id } })),
    }));
    const acts = bound
      .filter(
        ({ keys, says }) => !['Mod+k', '/'].includes(keys) && says.toLowerCase().includes(text.trim().toLowerCase()),
      )
      .map(({ keys, says, group, run }): Hit => ({
        id: keys,
        label: group === 'Go' ? i18n.t('Go to {says}', { says }) : says,
        hint: keys,
        run,
      }));
    return [...found, ...acts];
  }, [bound, data, navigate, text, wanted]);
  const active = Math.min(at, hits.length - 1);
  const choose = (hit: Hit | undefined): void => {
    if (!hit) return;
    onClose();
    hit.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((hits.length + active + step) % Math.max(1, hits.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(hits[active]);
    }
  };
  return (
    <Dialog title={i18n.t('Search and act')} open onClose={onClose}>
      <input
        className="input"
        role="combobox"
        aria-label={i18n.t('Reference, MRN, container, party or act')}
        aria-expanded="true"
        aria-controls={`${listId}-list`}
        {...(hits[active] ? { 'aria-activedescendant': `${listId}-${active}` } : {})}
        placeholder={i18n.t('Reference, MRN, container, party or act')}
        value={text}
        autoFocus
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={`${listId}-list`} role="listbox" aria-label={i18n.t('Results')} className="hits" aria-busy={isFetching}>
        {hits.map((hit, index) => (
          <li
            key={hit.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            className="hit"
            onMouseMove={() => setAt(index)}
            onClick={() => choose(hit)}
          >
            <b>{hit.label}</b>
            <span className="label">{hit.hint}</span>
          </li>
        ))}
      </ul>
      {hits.length === 0 && <p className="soft">{i18n.t('Nothing found for “{text}”.', { text })}</p>}
    </Dialog>
  );
}
