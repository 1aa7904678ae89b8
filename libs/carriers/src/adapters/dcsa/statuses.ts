import type { MilestoneName, Where } from '../../domain/index.js';

/**
 * DCSA track and trace 2.2 codes to milestones. A code that is missing here is `unmapped`, never guessed.
 *
 * @see DCSA-OpenAPI T&T 2.2, event domain
 */
type Codes<T> = ReadonlyMap<string, T>;
const codes = <T>(table: Record<string, T>): Codes<T> => new Map(Object.entries(table));

/** On the document BKG, the booking. */
const BOOKING: Codes<MilestoneName> = codes<MilestoneName>({
  RECE: 'booking-requested',
  REQS: 'booking-requested',
  CONF: 'booking-confirmed',
  REJE: 'booking-declined',
  CANC: 'booking-cancelled',
});

/** `truck` differs: one that leaves brings the goods to the consignee. */
const TRANSPORT = codes<{ usual: MilestoneName; truck: MilestoneName; truckAtDelivery?: MilestoneName }>({
  DEPA: { usual: 'departed', truck: 'out-for-delivery' },
  ARRI: { usual: 'arrived', truck: 'arrived', truckAtDelivery: 'at-door' },
});

/** `laden` and `empty` boxes differ; so may a laden one at the first or last place of the booking. */
const EQUIPMENT = codes<{
  laden: MilestoneName;
  empty: MilestoneName;
  origin?: MilestoneName;
  delivery?: MilestoneName;
}>({
  LOAD: { laden: 'loaded', empty: 'equipment-news' },
  DISC: { laden: 'discharged', empty: 'equipment-news' },
  STUF: { laden: 'stuffed', empty: 'stuffed' },
  STRP: { laden: 'stripped', empty: 'stripped' },
  GTIN: { laden: 'accepted', empty: 'empty-returned', delivery: 'at-door' },
  GTOT: { laden: 'picked-up', empty: 'empty-released', delivery: 'unmapped' },
  PICK: { laden: 'picked-up', empty: 'empty-released', delivery: 'unmapped' },
  DROP: { laden: 'delivered', empty: 'empty-returned', origin: 'unmapped' },
  AVPU: { laden: 'available', empty: 'equipment-news' },
  AVDO: { laden: 'equipment-news', empty: 'equipment-news' },
  CUSS: { laden: 'customs-selected', empty: 'equipment-news' },
  CUSI: { laden: 'customs-selected', empty: 'equipment-news' },
  CUSR: { laden: 'customs-released', empty: 'equipment-news' },
  CROS: { laden: 'border-crossed', empty: 'equipment-news' },
  INSP: { laden: 'inspected', empty: 'inspected' },
  RSEA: { laden: 'sealed', empty: 'sealed' },
});

export const CLASSIFIERS = { REQ: 'requested', PLN: 'planned', EST: 'estimated', ACT: 'actual' } as const;

export const bookingMilestone = (code: string): MilestoneName => BOOKING.get(code) ?? 'unmapped';

export function transportMilestone(code: string, byTruck: boolean, where: Where): MilestoneName {
  const row = TRANSPORT.get(code);
  if (!row) return 'unmapped';
  if (!byTruck) return row.usual;
  return (where === 'delivery' ? row.truckAtDelivery : undefined) ?? row.truck;
}

/** A box that is not said to be empty is taken for laden. */
export function equipmentMilestone(code: string, empty: boolean, where: Where): MilestoneName {
  const row = EQUIPMENT.get(code);
  if (!row) return 'unmapped';
  if (empty) return row.empty;
  return (where === 'unknown' ? undefined : row[where]) ?? row.laden;
}
