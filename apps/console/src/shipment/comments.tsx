import { Trans } from '@lingui/react';
import {
  listComments,
  makeComment,
  showStory,
  showTimeline,
  showWatchers,
  watchShipment,
  withdrawComment,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { useChange, useRoute } from '../api/queries.js';
import { useSession, worksOnShipments } from '../api/session.js';
import { announce } from '../app/announce.js';
import { useDraft } from '../app/draft.js';
import { Button, ErrorState, Instant, TextArea } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { useShipmentId } from './data.js';
import { Panel, Source, useOffline } from './parts.js';

type Comment = AnswerOf<typeof listComments>['items'][number];

const READS = [listComments, showStory, showTimeline];

/** What people say to each other about the shipment; each comment is an event of its story. */
export function CommentsPanel() {
  const shipmentId = useShipmentId();
  const comments = useRoute(listComments, { params: { shipmentId } });
  return (
    <Source query={comments} what={i18n.t('the comments')} who={i18n.t('The front desk')} height={120}>
      {({ items }) => (
        <Panel title={i18n.t('Comments')}>
          {items.length === 0 && <p className="soft">{i18n.t('Nobody has written anything yet.')}</p>}
          {items.map((comment) => (
            <Said key={comment.commentId} comment={comment} />
          ))}
          <Writing />
        </Panel>
      )}
    </Source>
  );
}

function Said({ comment }: { comment: Comment }) {
  const { commentId, by, at, text, state, mine } = comment;
  const shipmentId = useShipmentId();
  const offline = useOffline();
  const withdraw = useChange(withdrawComment, { reads: READS, onDone: () => announce(i18n.t('Taken back.')) });
  return (
    <article className="stack-tight" aria-label={i18n.t('Comment by {by}', { by })}>
      <div className="row between">
        <span className="label">
          <b>{by}</b>, <Instant at={at} seconds />
        </span>
        {mine && state === 'stands' && (
          <Button
            size="small"
            kind="quiet"
            because={offline}
            busy={withdraw.isPending}
            onPress={() => withdraw.mutate({ params: { shipmentId, commentId } })}
          >
            {i18n.t('Take back')}
          </Button>
        )}
      </div>
      {text === null ? (
        <p className="soft">
          {state === 'erased' ? i18n.t('Erased. The proof still verifies.') : i18n.t('Taken back by its writer.')}
        </p>
      ) : (
        <p className="comment">{text}</p>
      )}
      {withdraw.isError && <ErrorState error={withdraw.error} what={i18n.t('the withdrawal')} />}
    </article>
  );
}

function Writing() {
  const shipmentId = useShipmentId();
  const session = useSession();
  const offline = useOffline();
  const [draft, change, forget] = useDraft(`comment.${shipmentId}`, { text: '' });
  const make = useChange(makeComment, {
    reads: READS,
    onDone: () => {
      change({ text: '' });
      forget();
      announce(i18n.t('Recorded.'));
    },
  });
  if (!worksOnShipments(session)) return null;
  const text = draft.text.trim();
  return (
    <form
      className="stack-tight"
      onSubmit={(event) => {
        event.preventDefault();
        if (text !== '' && offline === undefined) make.mutate({ params: { shipmentId }, body: { text } });
      }}
    >
      <TextArea
        label={i18n.t('Comment')}
        hint={i18n.t('Everybody of the house reads it. It is recorded in the log, sealed like the names of persons.')}
        value={draft.text}
        onChange={(value) => change({ text: value })}
        rows={3}
        maxLength={4000}
      />
      {make.isError && <ErrorState error={make.error} what={i18n.t('the comment')} />}
      <div className="buttons">
        <Button
          type="submit"
          busy={make.isPending}
          because={offline ?? (text === '' ? i18n.t('Write something first.') : undefined)}
        >
          {i18n.t('Comment')}
        </Button>
      </div>
    </form>
  );
}

/** Whether I follow the shipment: it then stands in the board’s view “Watched by me”. */
export function WatchButton({ shipmentId }: { shipmentId: string }) {
  const session = useSession();
  const offline = useOffline();
  const watchers = useRoute(showWatchers, { params: { shipmentId } });
  const change = useChange(watchShipment, {
    reads: [showWatchers],
    onDone: ({ watching }) => announce(watching ? i18n.t('You watch it.') : i18n.t('You watch it no more.')),
  });
  if (!watchers.data || !worksOnShipments(session)) return null;
  const { watching } = watchers.data;
  return (
    <Button
      pressed={watching}
      because={offline}
      busy={change.isPending}
      onPress={() => change.mutate({ params: { shipmentId }, body: { watching: !watching } })}
    >
      {watching ? i18n.t('Watching') : i18n.t('Watch')}
    </Button>
  );
}

/** Who follows the shipment. */
export function WatchersPanel() {
  const shipmentId = useShipmentId();
  const watchers = useRoute(showWatchers, { params: { shipmentId } });
  return (
    <Source query={watchers} what={i18n.t('who watches it')} who={i18n.t('The front desk')} height={60}>
      {({ watchers: people }) => (
        <Panel title={i18n.t('Watched by')}>
          {people.length === 0 ? (
            <p className="soft">{i18n.t('Nobody watches it.')}</p>
          ) : (
            <ul className="stack-tight">
              {people.map(({ name, since }) => (
                <li key={`${name} ${since}`}>
                  {name}{' '}
                  <span className="label">
                    <Trans id="since <0/>" components={{ 0: <Instant at={since} /> }} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      )}
    </Source>
  );
}
