import type { AnswerOf, showStory } from '@tidewaiter/contracts';

type Story = AnswerOf<typeof showStory>;
export type StoryEntry = Story['entries'][number];
export type StoryGap = Story['gaps'][number];

export interface SpineFilter {
  rank: 'milestone' | 'step' | 'detail';
  contexts: readonly string[];
  actors: readonly string[];
  text: string;
}
export type SpineRow =
  | { kind: 'entry'; entry: StoryEntry }
  | { kind: 'fold'; entries: StoryEntry[] }
  | { kind: 'gap'; gap: StoryGap; entries: StoryEntry[] };

const RANKS = ['milestone', 'step', 'detail'] as const;
/** `user`, `system`, `authority`, `carrier`, `bank`, `partner` */
export const actorKind = (actor: string): string => actor.slice(0, actor.indexOf(':'));

function fits(entry: StoryEntry, { contexts, actors, text }: SpineFilter): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    (contexts.length === 0 || contexts.includes(entry.context)) &&
    (actors.length === 0 || actors.includes(actorKind(entry.actor))) &&
    (wanted === '' || `${entry.says} ${entry.name} ${entry.actor}`.toLowerCase().includes(wanted))
  );
}

/** Failures stay, whatever the rank; what was asked for by number stays as well. */
const shows = (entry: StoryEntry, filter: SpineFilter, kept: number | null): boolean =>
  entry.failure || entry.n === kept || RANKS.indexOf(entry.rank) <= RANKS.indexOf(filter.rank);

/**
 * The rows of the story: entries that are wanted; runs of others folded into one row each; a silence as one row, together with what was
 * folded before it.
 */
export function spineRows(
  { entries, gaps }: Pick<Story, 'entries' | 'gaps'>,
  filter: SpineFilter,
  kept: number | null = null,
): SpineRow[] {
  const silence = new Map(gaps.map((gap) => [gap.after, gap]));
  const rows: SpineRow[] = [];
  let folded: StoryEntry[] = [];
  const unfold = (): void => {
    if (folded.length > 0) rows.push({ kind: 'fold', entries: folded });
    folded = [];
  };
  for (const entry of entries) {
    if (fits(entry, filter)) {
      if (shows(entry, filter, kept)) {
        unfold();
        rows.push({ kind: 'entry', entry });
      } else folded.push(entry);
    }
    const gap = silence.get(entry.n);
    if (gap) {
      rows.push({ kind: 'gap', gap, entries: folded });
      folded = [];
    }
  }
  unfold();
  return rows;
}

/** Everything that an entry rests on, or that rests on it, over any number of steps. */
export function chain(entries: readonly StoryEntry[], n: number): Set<number> {
  const byNumber = new Map(entries.map((entry) => [entry.n, entry]));
  const found = new Set([n]);
  const follow = (side: 'causes' | 'effects', at: number): void => {
    for (const next of byNumber.get(at)?.[side] ?? [])
      if (!found.has(next)) {
        found.add(next);
        follow(side, next);
      }
  };
  follow('causes', n);
  follow('effects', n);
  return found;
}

/** `2 h`, `3 days`, `45 min`, from seconds. */
export function lengthInWords(seconds: number): string {
  const [size, word] = (
    [
      [86_400, 'day'],
      [3600, 'h'],
      [60, 'min'],
    ] as const
  ).find(([each]) => seconds >= each) ?? [1, 's'];
  const count = Math.floor(seconds / size);
  return `${count} ${word}${word === 'day' && count !== 1 ? 's' : ''}`;
}
