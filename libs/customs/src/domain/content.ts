import {
  takenBy,
  type AssessmentSummary,
  type Charges,
  type DeclarationExtras,
  type GoodsLine,
  type LineExtras,
  type LodgeRequest,
  type Measured,
  type Money,
  type Party,
  type Situation,
} from '@tidewaiter/contracts';
import { exact, round, type Exact } from '@tidewaiter/kernel';

/** One line as it is declared: goods, what the assessment says of it, its share of the gross mass. */
export interface DeclaredLine extends Omit<GoodsLine, 'from' | 'grossMass'>, LineExtras {
  grossMass: string;
  /** in the assessment's currency; null when the assessment has no such line */
  customsValue: string | null;
}

/** A party as it is declared: its role is where it stands. */
export type Declared = Omit<Party, 'role'> & { role?: string };

/**
 * What is declared, in the platform's neutral words. A pure function of shipment, papers and assessment: the same input gives the
 * same content and digest. References (LRN, DUCR) are drawn per filing and are no part of it.
 */
export interface DeclarationContent extends DeclarationExtras {
  shipmentReference: string;
  destination: string;
  origin: string;
  transport: Situation['transport'];
  portOfEntry: string;
  incoterm: Situation['incoterm'];
  importer: { id: string; name: string };
  declarant: { id: string };
  exporter: Declared | null;
  charges: Charges;
  invoice: { number: string; total: Money };
  packages: LodgeRequest['goods']['packages'];
  guaranteeReference: string;
  assessmentCurrency: string;
  lines: DeclaredLine[];
  documents: { type: string; reference: string }[];
}

/**
 * Import duty and tax inside of a price, DE 4/9: taken off it.
 * @see WTO Valuation Agreement, Note to Article 1, paragraph 3(c); Regulation (EU) 952/2013, art. 72(f); TCTA 2018, s. 16; 19 USC 1401a(b)(3)(B)
 */
export const DUTY_IN_PRICE = 'BC';

/** Status of a permit that is held and goes with the declaration. */
const HELD = 'AE';

/** Rates by contract: those that are declared; published ones the authority has itself. */
export const contractRates = ({ exchange = [] }: Pick<DeclarationExtras, 'exchange'>) =>
  exchange.filter(({ contract }) => contract !== undefined);

export const measure = (measured: Measured): string =>
  'unit' in measured ? `${measured.value} ${measured.unit}` : `${measured.amount} ${measured.currency}`;

/** What lines write off their documents, each in words. */
export const writtenOff = (lines: readonly DeclaredLine[]): string[] =>
  lines.flatMap(({ documents = [] }, index) =>
    documents.flatMap(({ code, reference, writeOff }, place) =>
      writeOff ? [`lines[${index}].documents[${place}] ${code} ${reference}, ${measure(writeOff.taken)}`] : [],
    ),
  );

/** Permits that a line takes something of, each with what it takes as it stands now: it may have been corrected since it was judged. */
function permitsOf({ documents }: LodgeRequest['goods'], goods: GoodsLine): NonNullable<LineExtras['documents']> {
  return documents.flatMap(({ permit }) => {
    const draw = permit?.draws.find(({ line }) => line === goods.number);
    if (!permit || !draw) return [];
    const writeOff = { taken: takenBy(goods, draw.taken), left: permit.left };
    return [{ code: permit.code, reference: permit.number, status: HELD, writeOff }];
  });
}

/** Decimal places of a mass on a declaration. */
const MASS_PLACES = 3;

/** Gross mass of each line: its own where the papers give it, else its share of what remains, by net mass; adds up to the total. */
function grossMasses(lines: readonly GoodsLine[], total: string): string[] {
  const given = lines.reduce((sum, line) => sum.plus(line.grossMass ?? '0'), exact('0'));
  const without = lines.filter((line) => line.grossMass === undefined);
  let left: Exact = exact(total).minus(given);
  let net = without.reduce((sum, line) => sum.plus(line.netMass), exact('0'));
  return lines.map((line) => {
    if (line.grossMass !== undefined) return line.grossMass;
    const share = net.isZero() ? left : round(left.times(line.netMass).div(net), MASS_PLACES, 'down');
    const last = net.eq(line.netMass);
    const mass = last ? left : share;
    left = left.minus(mass);
    net = net.minus(line.netMass);
    return mass.toFixed();
  });
}

/** Duties and fees of a line as we worked them out; charges of the whole entry stand on its first line. */
function owed({ lines, entryCharges, currency }: AssessmentSummary, number: number, isFirst: boolean) {
  const own = lines.find((each) => each.number === number)?.charges ?? [];
  return [...own, ...(isFirst ? entryCharges : [])].map(({ code, amount }) => ({
    type: code,
    amount: { amount, currency },
  }));
}

/**
 * @param scheme identifier under which the destination knows importers
 * @param declaresDebt whether we state what is owed ourselves, as an entry summary does; elsewhere the authority works it out
 */
export function contentOf(request: LodgeRequest, scheme: 'EORI' | 'EIN', declaresDebt = false): DeclarationContent {
  const { situation, goods, assessment } = request;
  const known = situation.importer.identifiers.filter((each) => each.scheme === scheme);
  const identifier = known.find((each) => each.value.startsWith(situation.destination)) ?? known[0];
  const importerId = identifier?.value ?? '';
  const party = (role: Party['role']): Party | undefined => situation.parties.find((each) => each.role === role);
  const lines = [...goods.lines].sort((a, b) => a.number - b.number);
  const masses = grossMasses(lines, goods.grossMass);
  const permits = (line: GoodsLine): Pick<LineExtras, 'documents'> => {
    const documents = permitsOf(goods, line);
    return documents.length > 0 ? { documents } : {};
  };
  const contained = (number: number): Pick<LineExtras, 'additions'> => {
    const amount = assessment.lines.find((each) => each.number === number)?.contained;
    return amount === undefined
      ? {}
      : { additions: [{ type: DUTY_IN_PRICE, amount: { amount, currency: assessment.currency } }] };
  };
  return {
    shipmentReference: situation.reference,
    destination: situation.destination,
    origin: situation.origin,
    transport: situation.transport,
    portOfEntry: situation.portOfEntry,
    incoterm: situation.incoterm,
    importer: { id: importerId, name: situation.importer.name },
    declarant: { id: importerId },
    exporter: party('consignor') ?? party('seller') ?? null,
    charges: goods.charges,
    invoice: goods.invoice,
    packages: goods.packages,
    guaranteeReference: request.guaranteeReference,
    assessmentCurrency: assessment.currency,
    ...(assessment.fx?.length ? { exchange: assessment.fx } : {}),
    lines: lines.map(({ from: _, ...line }, index) => ({
      ...line,
      grossMass: masses[index]!,
      customsValue: assessment.lines.find((each) => each.number === line.number)?.customsValue ?? null,
      ...contained(line.number),
      ...permits(line),
      ...(declaresDebt ? { taxes: owed(assessment, line.number, line === lines[0]) } : {}),
    })),
    // A permit that a line takes of stands at that line.
    documents: goods.documents
      .filter(({ permit }) => !permit?.draws.length)
      .map(({ type, reference }) => ({ type, reference })),
  };
}
