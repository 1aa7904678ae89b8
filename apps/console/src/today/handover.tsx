import { ProblemError } from '@tidewaiter/client';
import { giveTaskBack, listTasks, listToday, takeTask, type AnswerOf } from '@tidewaiter/contracts';
import { useChange } from '../api/queries.js';
import { useSession } from '../api/session.js';
import { announce } from '../app/announce.js';
import { useFeedStatus } from '../feed/feed.js';
import { i18n } from '../words/words.js';
import './handover.css';

type Task = AnswerOf<typeof listTasks>['items'][number];

const READS = [listToday, listTasks];

/** Taking an open task and giving it back: colleagues see who sees to it, and nobody is kept from deciding it. */
export function useHandover() {
  const { subject } = useSession();
  const me = `user:${subject}`;
  const take = useChange(takeTask, { reads: READS, onDone: () => announce(i18n.t('You have taken it.')) });
  const giveBack = useChange(giveTaskBack, {
    reads: READS,
    onDone: () => announce(i18n.t('Given back: it waits for whoever takes it.')),
  });
  const { error } = take.isError ? take : giveBack;
  return {
    me,
    busy: take.isPending || giveBack.isPending,
    refusal:
      error instanceof ProblemError ? error.problem.detail : error ? i18n.t('No answer came. Press again.') : null,
    /** from whoever has it: the press names them */
    take: ({ taskId, assignee }: Task) =>
      take.mutate({ params: { taskId }, body: assignee === null ? {} : { from: assignee } }),
    giveBack: ({ taskId }: Task) => giveBack.mutate({ params: { taskId }, body: {} }),
  };
}

/** A person as events name them, without what every person's name begins with. */
const nameOf = (actor: string): string => actor.replace(/^user:/, '');

/** Who sees to a task, with the act of taking it or of giving it back. @param of what is taken, for who hears the button alone */
export function Handover({ task, may, of, tabIndex }: { task: Task; may: boolean; of: string; tabIndex?: number }) {
  const { me, busy, refusal, take, giveBack } = useHandover();
  const isOffline = useFeedStatus() === 'offline';
  const { assignee } = task;
  const isMine = assignee === me;
  return (
    <span className="handover">
      {assignee !== null && (
        <span>{isMine ? i18n.t('Taken by you') : i18n.t('Taken by {name}', { name: nameOf(assignee) })}</span>
      )}
      {may && (
        <button
          type="button"
          className="chip"
          tabIndex={tabIndex}
          disabled={busy || isOffline}
          onClick={() => (isMine ? giveBack(task) : take(task))}
        >
          {isMine ? i18n.t('Give back') : assignee === null ? i18n.t('Take') : i18n.t('Take over')}
          <span className="sr"> {of}</span>
        </button>
      )}
      {refusal !== null && (
        <span role="alert" className="handover-refusal">
          {refusal}
        </span>
      )}
    </span>
  );
}
