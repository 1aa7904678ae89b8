import type { Requirement, Situation } from '@tidewaiter/contracts';

type Match = string | { in: readonly string[] } | { prefix: readonly string[] };
type Blocks = Requirement['blocks'];

/** A dated row: when the situation fits, these papers are asked for, by this law. Conditions only compare; they hold no code. */
export interface RequirementRow {
  id: string;
  when: {
    destination: Match;
    /** country of origin of any line; the shipment's when no lines are known yet */
    origin?: Match;
    transport?: Match;
    /** commodity code of any line */
    commodity?: Match;
    incoterm?: Match;
    /** a preference is claimed on any line; `code` narrows it */
    preference?: { claimed: true; code?: Match };
  };
  ask: { slot: string; oneOf?: readonly string[]; allOf?: readonly string[]; per: 'shipment' };
  because: string;
  law: { ref: string; from: string; to: string | null };
  /** who provides it */
  from: string;
  due: { anchor: string; late: string };
  original: boolean;
  blocks: Blocks;
}

const STRICTNESS: Record<Blocks, number> = { nothing: 0, delivery: 1, release: 2, claim: 3, filing: 4 };

function fits(value: string, match: Match): boolean {
  if (typeof match === 'string') return value === match;
  return 'in' in match ? match.in.includes(value) : match.prefix.some((prefix) => value.startsWith(prefix));
}

const anyFits = (values: readonly string[], match: Match | undefined): boolean =>
  match === undefined || values.some((value) => fits(value, match));

function applies({ when }: RequirementRow, situation: Situation): boolean {
  const { lines } = situation;
  const origins = lines.length > 0 ? lines.map((line) => line.origin) : [situation.origin];
  const claimed = lines.flatMap((line) => (line.preference ? [line.preference.code] : []));
  return (
    fits(situation.destination, when.destination) &&
    anyFits([situation.transport], when.transport) &&
    anyFits([situation.incoterm.code], when.incoterm) &&
    anyFits(origins, when.origin) &&
    anyFits(
      lines.map((line) => line.commodity),
      when.commodity,
    ) &&
    (when.preference === undefined || (claimed.length > 0 && anyFits(claimed, when.preference.code)))
  );
}

const inForce = (row: RequirementRow, at: string): boolean =>
  row.law.from <= at && (row.law.to === null || at <= row.law.to);

function asked(row: RequirementRow): Requirement[] {
  const one = (slot: string, types: readonly string[], choose: Requirement['choose']): Requirement => ({
    slot,
    types: [...types].sort(),
    choose: types.length === 1 ? 'all' : choose,
    scope: row.ask.per,
    state: 'missing',
    reasons: [{ row: row.id, because: row.because, law: row.law.ref }],
    from: row.from,
    due: { legal: null, sla: null, anchor: row.due.anchor },
    original: row.original,
    blocks: row.blocks,
  });
  if (row.ask.oneOf) return [one(row.ask.slot, row.ask.oneOf, 'one')];
  return (row.ask.allOf ?? []).map((type) =>
    one(row.ask.allOf!.length === 1 ? row.ask.slot : `${row.ask.slot}/${type}`, [type], 'all'),
  );
}

/** Rows that ask for the same papers are one slot: the stricter of them decides, and every reason stays listed. */
function merged(one: Requirement, other: Requirement): Requirement {
  const [strict, mild] = STRICTNESS[other.blocks] > STRICTNESS[one.blocks] ? [other, one] : [one, other];
  const reasons = [...one.reasons, ...other.reasons].sort((a, b) => (a.row < b.row ? -1 : 1));
  return {
    ...strict,
    slot: one.slot < other.slot ? one.slot : other.slot,
    original: strict.original || mild.original,
    reasons,
  };
}

/** What nobody has written rules for is not "nothing needed": it blocks until a person lists what is. */
const rulesUnknown = (situation: Situation): Requirement => ({
  slot: 'rules-unknown',
  types: [],
  choose: 'all',
  scope: 'shipment',
  state: 'missing',
  reasons: [
    { row: 'none', because: `no rows say what ${situation.destination} asks for on this date`, law: 'unknown' },
  ],
  from: 'operator',
  due: null,
  original: false,
  blocks: 'filing',
});

/**
 * The papers that a shipment needs, by the rows in force at a date.
 *
 * @param at   law date in the destination's time zone
 * @param rows in any order: the answer is sorted by slot
 * @returns every slot `missing`; a single blocking slot `rules-unknown` for a destination without rows
 */
export function deriveRequirements(situation: Situation, rows: readonly RequirementRow[], at: string): Requirement[] {
  const known = rows.filter((row) => inForce(row, at) && fits(situation.destination, row.when.destination));
  if (known.length === 0) return [rulesUnknown(situation)];
  const slots = new Map<string, Requirement>();
  const inOrder = known.filter((row) => applies(row, situation)).sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const requirement of inOrder.flatMap(asked)) {
    const key = `${requirement.scope} ${requirement.types.join(' ')}`;
    const there = slots.get(key);
    slots.set(key, there ? merged(there, requirement) : requirement);
  }
  return [...slots.values()].sort((a, b) => (a.slot < b.slot ? -1 : 1));
}
