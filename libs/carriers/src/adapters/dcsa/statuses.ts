/**
 * DCSA track and trace 2.2 codes to milestones; both the short codes and the full words of the 3.0 beta are read.
 * `laden` and `empty` differ by the equipment's state; a code that is missing here is `unmapped`, never guessed.
 *
 * @see DCSA-OpenAPI T&T 2.2, event domain
 */
export const TRANSPORT: Record<string, string> = { DEPA: 'departed', DEPARTED: 'departed', ARRI: 'arrived', ARRIVED: 'arrived' };

export const EQUIPMENT: Record<string, { laden: string; empty: string }> = {
  LOAD: { laden: 'loaded', empty: 'equipment-news' },
  DISC: { laden: 'discharged', empty: 'equipment-news' },
  STUF: { laden: 'stuffed', empty: 'stuffed' },
  STRP: { laden: 'stripped', empty: 'stripped' },
  GTIN: { laden: 'accepted', empty: 'empty-returned' },
  GTOT: { laden: 'picked-up', empty: 'empty-released' },
  PICK: { laden: 'picked-up', empty: 'empty-released' },
  DROP: { laden: 'delivered', empty: 'empty-returned' },
  AVPU: { laden: 'available', empty: 'equipment-news' },
  AVDO: { laden: 'equipment-news', empty: 'equipment-news' },
  CUSS: { laden: 'customs-selected', empty: 'equipment-news' },
  CUSI: { laden: 'customs-selected', empty: 'equipment-news' },
  CUSR: { laden: 'customs-released', empty: 'equipment-news' },
  CROS: { laden: 'border-crossed', empty: 'equipment-news' },
  INSP: { laden: 'inspected', empty: 'inspected' },
  RSEA: { laden: 'sealed', empty: 'sealed' },
};

export const BOOKING: Record<string, string> = {
  CONF: 'booking-confirmed',
  REJE: 'booking-declined',
  DECLINED: 'booking-declined',
  CANC: 'booking-cancelled',
  REQS: 'booking-requested',
  RECE: 'booking-requested',
};

export const CLASSIFIERS = { REQ: 'requested', PLN: 'planned', EST: 'estimated', ACT: 'actual' } as const;
