import { Trans } from '@lingui/react';
import {
  listWebhookDeliveries,
  REPLAY_STATUSES,
  replayWebhookDeliveries,
  showEndpoint,
  showWebhookDelivery,
  type InputOf,
} from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange } from '../api/queries.js';
import { announce } from '../app/announce.js';
import { Button, Dialog, ProblemSummary, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { refusal } from './words.js';

type ReplayBody = InputOf<typeof replayWebhookDeliveries>['body'];
export type ReplayFilter = Omit<ReplayBody, 'status' | 'expect' | 'because'> & { status?: string };

/** Counts first, then sends exactly that many: what changed in between is told, not sent. */
export function Replay({
  asked,
  because,
  label = i18n.t('Replay by this filter…'),
}: {
  asked: ReplayFilter;
  because: string | undefined;
  label?: string;
}) {
  const { status, ...rest } = asked;
  const known = REPLAY_STATUSES.find((each) => each === status);
  const filter: ReplayBody = { ...rest, ...(known === undefined ? {} : { status: known }) };
  const [reason, setReason] = useState('');
  const count = useChange(replayWebhookDeliveries);
  const send = useChange(replayWebhookDeliveries, {
    reads: [listWebhookDeliveries, showWebhookDelivery, showEndpoint],
    onDone: ({ count: sent }) => {
      announce(i18n.t('{sent} are being sent again.', { sent }));
      setReason('');
      count.reset();
    },
  });
  const counted = count.data;
  const close = (): void => {
    count.reset();
    send.reset();
  };
  return (
    <>
      <Button
        because={because ?? (status === 'waiting' ? i18n.t('What waits is sent by itself.') : undefined)}
        busy={count.isPending}
        onPress={() => count.mutate({ body: filter })}
      >
        {label}
      </Button>
      <ProblemSummary problems={refusal(count.error)} />
      <Dialog title={i18n.t('Send again')} open={counted !== undefined} onClose={close}>
        {counted && (
          <>
            <p>
              <Trans
                id="Dry run: <0>{count}</0> {count, plural, one {event} other {events}} in {lanes} {lanes, plural, one {lane} other {lanes}}, up to position {to}."
                values={{ count: counted.count, lanes: counted.lanes, to: counted.to }}
                components={{ 0: <b /> }}
              />{' '}
              {counted.behind > 0 &&
                i18n.t('{behind} that {behind, plural, one {waits} other {wait}} behind them go on by themselves.', {
                  behind: counted.behind,
                })}
            </p>
            <p className="label">{i18n.t('Each keeps its webhook-id: a receiver that has it already can tell.')}</p>
            <TextField
              label={i18n.t('Because')}
              hint={i18n.t('for the record; may be left empty')}
              value={reason}
              onChange={setReason}
            />
            <ProblemSummary problems={refusal(send.error)} />
            <div className="buttons">
              <Button
                kind="primary"
                busy={send.isPending}
                because={counted.count === 0 ? i18n.t('The filter matches nothing.') : undefined}
                onPress={() =>
                  send.mutate({
                    body: {
                      ...filter,
                      to: counted.to,
                      expect: counted.count,
                      ...(reason.trim().length < 3 ? {} : { because: reason }),
                    },
                  })
                }
              >
                {i18n.t('Send {count} again', { count: counted.count })}
              </Button>
              <Button onPress={close}>{i18n.t('Cancel')}</Button>
            </div>
          </>
        )}
      </Dialog>
    </>
  );
}
