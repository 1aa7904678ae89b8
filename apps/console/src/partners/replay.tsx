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
import { refusal } from './words.js';

type ReplayBody = InputOf<typeof replayWebhookDeliveries>['body'];
export type ReplayFilter = Omit<ReplayBody, 'status' | 'expect' | 'because'> & { status?: string };

/** Counts first, then sends exactly that many: what changed in between is told, not sent. */
export function Replay({
  asked,
  because,
  label = 'Replay by this filter…',
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
      announce(`${sent} are being sent again.`);
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
        because={because ?? (status === 'waiting' ? 'What waits is sent by itself.' : undefined)}
        busy={count.isPending}
        onPress={() => count.mutate({ body: filter })}
      >
        {label}
      </Button>
      <ProblemSummary problems={refusal(count.error)} />
      <Dialog title="Send again" open={counted !== undefined} onClose={close}>
        {counted && (
          <>
            <p>
              Dry run: <b>{counted.count}</b> {counted.count === 1 ? 'event' : 'events'} in {counted.lanes}{' '}
              {counted.lanes === 1 ? 'lane' : 'lanes'}, up to position {counted.to}.{' '}
              {counted.behind > 0 &&
                `${counted.behind} that ${counted.behind === 1 ? 'waits' : 'wait'} behind them go on by themselves.`}
            </p>
            <p className="label">Each keeps its webhook-id: a receiver that has it already can tell.</p>
            <TextField label="Because" hint="for the record; may be left empty" value={reason} onChange={setReason} />
            <ProblemSummary problems={refusal(send.error)} />
            <div className="buttons">
              <Button
                kind="primary"
                busy={send.isPending}
                because={counted.count === 0 ? 'The filter matches nothing.' : undefined}
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
                {`Send ${counted.count} again`}
              </Button>
              <Button onPress={close}>Cancel</Button>
            </div>
          </>
        )}
      </Dialog>
    </>
  );
}
