import { Inject } from '@nestjs/common';
import type { AnswerOf, showCode } from '@tidewaiter/contracts';
import { Invalid, legalDateAt, type LegalDate } from '@tidewaiter/kernel';
import { CLOCK, DATABASE, type Clock, type Database } from '@tidewaiter/platform';
import type { LoadedRuleBook } from '../domain/rule-book.js';
import type { TariffCode, TariffMeasure } from '../domain/tariff-snapshot.js';
import { Nomenclature, type FoundCode } from '../postgres/nomenclature.js';
import { noneInForce, unknownCode } from './classifying.js';
import { bookOf, RULE_BOOKS } from './rule-books.js';
import { refOf, TariffSnapshots } from './tariff-snapshots.js';

type Shown = AnswerOf<typeof showCode>;

const headingOf = ({ code, description }: TariffCode): { code: string; description: string } => ({ code, description });

function needsOf({ claim, conditions = [] }: TariffMeasure): string | null {
  const documents = [...new Set(conditions.flatMap(({ document }) => document ?? []))];
  if (!claim) return documents.length === 0 ? null : `what its conditions ask for, by document ${documents.join(', ')}`;
  const code = claim.preferenceCode.replace(/\\/g, '');
  return claim.proofs.length === 0
    ? `preference code ${code}; the tariff names no document`
    : `preference code ${code} and document ${claim.proofs.join(' or ')}`;
}

const shown = (measure: TariffMeasure): Shown['measures'][number] => ({
  id: measure.id,
  commodity: measure.commodity,
  role: measure.role,
  type: measure.type,
  area: measure.area,
  expression: measure.expression,
  from: measure.from,
  to: measure.to,
  law: measure.law,
  needs: needsOf(measure),
  additionalCode: measure.additionalCode ?? null,
  note: measure.note ?? null,
});

/** Looking things up in the tariffs that are in force. */
export class Lookup {
  private readonly nomenclature: Nomenclature;

  constructor(
    @Inject(DATABASE) database: Database,
    @Inject(TariffSnapshots) private readonly snapshots: TariffSnapshots,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.nomenclature = new Nomenclature(database);
  }

  /**
   * By the first digits of a code (dots and blanks do not matter) or by words.
   *
   * @throws Refused `duties.tariff.none-in-force`, `duties.destination.unknown`; Invalid `duties.nomenclature.no-words`
   */
  async search(
    tenant: string,
    destination: string,
    { q, date, limit }: { q: string; date?: LegalDate | undefined; limit: number },
  ): Promise<FoundCode[]> {
    const on = date ?? this.today(destination);
    const digits = q.replace(/[\s.]/g, '');
    const found = /^\d+$/.test(digits)
      ? await this.nomenclature.byCode(tenant, destination, on, digits, limit)
      : await this.nomenclature.byWords(tenant, destination, on, q, limit);
    if (found === null) {
      throw new Invalid('duties.nomenclature.no-words', 'there is no word in it to search for', {
        advice: 'Send words, or the first digits of a code.',
        places: [{ pointer: 'query/q', reason: 'letters or digits expected' }],
      });
    }
    if (found.length === 0 && (await this.snapshots.inForce(tenant, destination, on)).length === 0)
      throw noneInForce(destination, on);
    return found;
  }

  /** @throws Refused `duties.tariff.none-in-force`, `duties.commodity.unknown`, `duties.destination.unknown` */
  async code(
    tenant: string,
    destination: string,
    code: string,
    { origin, date }: { origin?: string | undefined; date?: LegalDate | undefined },
  ): Promise<Shown> {
    const on = date ?? this.today(destination);
    const rows = await this.snapshots.inForce(tenant, destination, on);
    if (rows.length === 0) throw noneInForce(destination, on);
    const tariffs = await this.snapshots.loaded(tenant, rows);
    const at = tariffs.findIndex(({ snapshot }) => snapshot.find(code) !== undefined);
    if (at < 0) throw unknownCode(tariffs, code, destination, on);
    const { snapshot } = tariffs[at]!;
    const found = snapshot.find(code)!;
    const headings = snapshot.headings(found);
    return {
      destination,
      date: on,
      origin: origin ?? null,
      tariff: refOf(rows[at]!.version),
      found: { ...headingOf(found), declarable: found.declarable, headings: headings.map(headingOf) },
      units: found.units,
      below: snapshot.below(found.code).map(headingOf),
      measures: snapshot.measuresFor(code, on, origin).map(shown),
    };
  }

  private today(destination: string): LegalDate {
    return legalDateAt(this.clock(), bookOf(this.books, destination).book.zone);
  }
}
