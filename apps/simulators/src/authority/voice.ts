import type { Filing, RequestFiling } from './filings.js';
import type { Act } from './plot.js';
import type { Due } from './notifications.js';
import type { TaxCalculation } from './tax.js';

/** What a message says, and about whom; faults may have moved any of it away from what is in the books. */
export interface Speech {
  /** 32 hex digits: the message's identity */
  id: string;
  at: Date;
  act: Act;
  /** null: the request is about something nobody knows */
  filing: Filing | null;
  /** set where the act belongs to a request about the filing */
  request: RequestFiling | null;
  lrn: string;
  mrn: string;
  /** null: left out */
  version: number | null;
  calculation: TaxCalculation | null;
  due: Due | null;
  /** last moment for papers */
  papersBy: Date;
  /** EDIFACT: the message's own count is wrong */
  hasWrongCount: boolean;
  /** ACE: all results bear one minute */
  sameMinute: Date | null;
}

/** Words about a course in its first version, with no money, no papers and nothing that a fault has moved. */
export const plainSpeech = (said: Pick<Speech, 'id' | 'at' | 'act' | 'filing' | 'lrn' | 'mrn'>): Speech => ({
  ...said,
  request: null,
  version: 1,
  calculation: null,
  due: null,
  papersBy: said.at,
  hasWrongCount: false,
  sameMinute: null,
});

export interface Said {
  /** the channel's own name for the kind of message: `01`, `962`, `SO` */
  code: string;
  body: string;
}

/** How one channel puts the authority's acts into messages. @returns null when it says nothing about an act */
export interface Voice {
  say(speech: Speech): Said | null;
}
