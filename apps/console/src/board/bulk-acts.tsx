import { useDraft } from '../app/draft.js';
import { Button, TextArea } from '../ui/index.js';

interface Common {
  /** why nothing can be begun */
  because: string | undefined;
  busy: boolean;
}

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
    <section className="stack-tight" aria-label="Watch">
      <h3>Watch</h3>
      <div className="buttons">
        <Button
          size="small"
          busy={busy}
          because={because ?? (others === 0 ? 'You watch all of them.' : undefined)}
          onPress={() => onAct({ do: 'watch' }, others)}
        >
          {`Watch ${number(others)}`}
        </Button>
        <Button
          size="small"
          busy={busy}
          because={because ?? (watched === 0 ? 'You watch none of them.' : undefined)}
          onPress={() => onAct({ do: 'unwatch' }, watched)}
        >
          {`Watch ${number(watched)} no more`}
        </Button>
      </div>
    </section>
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
    <section className="stack-tight" aria-label="Comment">
      <h3>Comment</h3>
      <TextArea
        label="Comment on each"
        hint="Each is recorded under your name; you take each back by itself."
        rows={2}
        maxLength={4000}
        value={text}
        onChange={(typed) => change({ text: typed })}
      />
      <div className="buttons">
        <Button
          size="small"
          busy={busy}
          because={because ?? (shipments === 0 ? 'No shipment fits.' : written === '' ? 'Write it first.' : undefined)}
          onPress={() => {
            onComment(written);
            change({ text: '' });
          }}
        >
          {`Comment on ${number(shipments)}`}
        </Button>
      </div>
    </section>
  );
}
