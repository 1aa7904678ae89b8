const LISTS = ['mine', 'team', 'unassigned', 'all'] as const;

/** Whose open tasks are listed, as the API has it. */
export type Whose = (typeof LISTS)[number];

export const isWhose = (wanted: unknown): wanted is Whose => LISTS.some((list) => list === wanted);
