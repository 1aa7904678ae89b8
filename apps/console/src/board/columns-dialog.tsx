import { Button, Dialog } from '../ui/index.js';
import { announce } from '../app/announce.js';
import { i18n } from '../words/words.js';
import { ALL_COLUMNS, USUAL_COLUMNS } from './columns.js';

/** Which columns there are and in which order, by keyboard as well as by mouse; the link keeps it. */
export default function ColumnsDialog({
  chosen,
  onChange,
  onClose,
}: {
  chosen: readonly string[];
  onChange: (ids: readonly string[]) => void;
  onClose: () => void;
}) {
  const off = ALL_COLUMNS.filter(({ id }) => !chosen.includes(id));
  const headerOf = (id: string): string => ALL_COLUMNS.find((column) => column.id === id)?.header ?? id;
  const move = (id: string, step: number): void => {
    const from = chosen.indexOf(id);
    const to = Math.max(1, Math.min(chosen.length - 1, from + step));
    const next = chosen.filter((each) => each !== id);
    next.splice(to, 0, id);
    onChange(next);
    announce(i18n.t('{id} is column {to} of {count}.', { id: headerOf(id), to: to + 1, count: chosen.length }));
  };
  return (
    <Dialog title={i18n.t('Columns')} open onClose={onClose}>
      <ol className="stack-tight">
        {chosen.map((id, index) => (
          <li key={id} className="row between">
            <label>
              <input
                type="checkbox"
                checked
                disabled={id === 'reference'}
                onChange={() => onChange(chosen.filter((each) => each !== id))}
              />{' '}
              {headerOf(id)}
            </label>
            {id !== 'reference' && (
              <span className="buttons">
                <Button
                  size="small"
                  label={i18n.t('Move {id} up', { id: headerOf(id) })}
                  because={index <= 1 ? i18n.t('It is first already.') : undefined}
                  quietReason
                  onPress={() => move(id, -1)}
                >
                  ↑
                </Button>
                <Button
                  size="small"
                  label={i18n.t('Move {id} down', { id: headerOf(id) })}
                  because={index === chosen.length - 1 ? i18n.t('It is last already.') : undefined}
                  quietReason
                  onPress={() => move(id, 1)}
                >
                  ↓
                </Button>
              </span>
            )}
          </li>
        ))}
      </ol>
      <ul className="stack-tight">
        {off.map(({ id, header }) => (
          <li key={id}>
            <label>
              <input type="checkbox" checked={false} onChange={() => onChange([...chosen, id])} /> {header}
            </label>
          </li>
        ))}
      </ul>
      <div className="buttons">
        <Button kind="primary" onPress={onClose}>
          {i18n.t('Done')}
        </Button>
        <Button onPress={() => onChange(USUAL_COLUMNS)}>{i18n.t('Usual columns')}</Button>
      </div>
    </Dialog>
  );
}
