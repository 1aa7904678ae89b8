import type { EventOf, PartLine, SplitOrder, shipmentOpened } from '@tidewaiter/contracts';
import { exact, Invalid, minorUnits, Refused, shareOutTo, type Place } from '@tidewaiter/kernel';
import { without } from './without.js';

type Opened = EventOf<typeof shipmentOpened>['data'];
type Line = Opened['lines'][number];
type Charge = keyof Opened['charges'];
export type PartAsked = SplitOrder['parts'][number];

/** Masses are divided to a milligram at least: a declaration states six places below a kilogram. */
const MASS_PLACES = 6;
const CHARGES: readonly Charge[] = ['freight', 'insurance'];

const plain = (value: string): string => exact(value).toFixed();
const placesOf = (value: string): number => exact(value).decimalPlaces();
const added = (values: readonly string[]): string =>
  values.reduce((sum, value) => sum.plus(value), exact('0')).toFixed();

const uneven = (code: string, says: string, advice: string, places: Place[]): Invalid =>
  new Invalid(code, says, { advice, places });

/** Every line is taken whole by the parts together, and each part takes something. */
function checkLines(lines: readonly Line[], parts: readonly PartAsked[]): void {
  if (lines.length === 0) {
    const at = parts.findIndex((part) => part.lines.length > 0);
    if (at < 0) return;
    throw uneven(
      'shipments.split.lines-unknown',
      'the shipment was opened without lines: nothing says what there is to divide',
      'Leave `lines` out: each part reads its lines from its own invoice.',
      [{ pointer: `/parts/${at}/lines`, reason: 'no line of the shipment is known' }],
    );
  }
  const wrong: Place[] = [];
  parts.forEach((part, i) => {
    if (part.lines.length === 0) wrong.push({ pointer: `/parts/${i}/lines`, reason: 'this part takes nothing' });
    part.lines.forEach(({ number }, j) => {
      const pointer = `/parts/${i}/lines/${j}/number`;
      if (!lines.some((line) => line.number === number)) wrong.push({ pointer, reason: `no line ${number}` });
      else if (part.lines.findIndex((each) => each.number === number) < j)
        wrong.push({ pointer, reason: `line ${number} stands here twice` });
    });
  });
  for (const line of lines) {
    const taken = added(
      parts.flatMap((part) => part.lines.filter((each) => each.number === line.number)).map((each) => each.quantity),
    );
    if (!exact(taken).eq(line.quantity.value)) {
      const at = Math.max(
        parts.findIndex((part) => part.lines.some((each) => each.number === line.number)),
        0,
      );
      wrong.push({
        pointer: `/parts/${at}/lines`,
        reason: `line ${line.number} has ${line.quantity.value} ${line.quantity.unit}, the parts take ${taken}`,
      });
    }
  }
  if (wrong.length === 0) return;
  throw uneven(
    'shipments.split.uneven',
    'the parts do not add up to the shipment',
    'Name for every line how much each part takes, until the quantities add up to the line.',
    wrong,
  );
}

interface Share {
  quantity: string;
  price: string;
  netMass: string;
  grossMass: string | undefined;
}

/** What each part takes of a line, in proportion to the quantity; together exactly the line. */
function sharesOf(line: Line, quantities: readonly string[]): Share[] {
  const mass = (whole: string): string[] =>
    shareOutTo(Math.max(placesOf(whole), MASS_PLACES), whole, quantities).map(plain);
  const { amount, currency } = line.price;
  const prices = shareOutTo(Math.max(placesOf(amount), minorUnits(currency)), amount, quantities);
  const netMasses = mass(line.netMass);
  const grossMasses = line.grossMass === undefined ? undefined : mass(line.grossMass);
  return quantities.map((quantity, i) => ({
    quantity,
    price: prices[i]!,
    netMass: netMasses[i]!,
    grossMass: grossMasses?.[i],
  }));
}

function linesOf(lines: readonly Line[], parts: readonly PartAsked[]): Line[][] {
  const taken = parts.map((): Line[] => []);
  for (const line of lines) {
    const takers = parts.flatMap((part, i) =>
      part.lines.filter((each) => each.number === line.number).map(({ quantity }) => ({ i, quantity })),
    );
    sharesOf(
      line,
      takers.map(({ quantity }) => quantity),
    ).forEach(({ quantity, price, netMass, grossMass }, n) => {
      const own = taken[takers[n]!.i]!;
      own.push({
        ...line,
        number: own.length + 1,
        quantity: { value: quantity, unit: line.quantity.unit },
        netMass,
        ...(grossMass === undefined ? {} : { grossMass }),
        price: { amount: price, currency: line.price.currency },
      });
    });
  }
  return taken;
}

/** Freight and insurance as the parts say, adding up to the shipment's; said by none, they follow the price of the goods. */
function chargesOf(state: Opened, parts: readonly PartAsked[], lines: readonly Line[][]): Opened['charges'][] {
  const given = CHARGES.filter((kind) => state.charges[kind] !== undefined);
  if (parts.some((part) => part.charges !== undefined)) {
    const wrong = CHARGES.flatMap((kind): Place[] => {
      const whole = state.charges[kind];
      const said = parts.map((part) => part.charges?.[kind]);
      const sum = added(said.flatMap((each) => each?.amount ?? []));
      const same = said.every((each) => each === undefined || each.currency === whole?.currency);
      if (same && exact(sum).eq(whole?.amount ?? '0')) return [];
      const is = whole ? `${whole.amount} ${whole.currency}` : 'nothing';
      return [{ pointer: '/parts/0/charges', reason: `${kind} of the shipment is ${is}, the parts say ${sum}` }];
    });
    if (wrong.length === 0) return parts.map((part) => part.charges ?? {});
    throw uneven(
      'shipments.split.uneven',
      'the charges of the parts do not add up to those of the shipment',
      'Say the charges of every part, in the currency of the shipment, or of none.',
      wrong,
    );
  }
  const currencies = new Set(lines.flat().map((line) => line.price.currency));
  if (given.length > 0 && currencies.size !== 1) {
    throw new Refused('shipments.split.charges-unsaid', 'nothing says how freight and insurance are divided', {
      advice:
        'Say the charges of every part; they follow the price of the goods only where all lines have one currency.',
      places: [{ pointer: '/parts/0/charges', reason: 'missing' }],
    });
  }
  const weights = lines.map((own) => added(own.map((line) => line.price.amount)));
  const charges = parts.map((): Opened['charges'] => ({}));
  for (const kind of given) {
    const { amount, currency } = state.charges[kind]!;
    shareOutTo(Math.max(placesOf(amount), minorUnits(currency)), amount, weights).forEach((share, i) => {
      charges[i]![kind] = { amount: share, currency };
    });
  }
  return charges;
}

/**
 * What each part of a split shipment is opened with: quantities as asked, prices and masses in proportion, together
 * exactly the shipment. A part is a shipment of its own; its entry bears its own fees (19 CFR 24.23: the merchandise
 * processing fee has its least and most for each entry).
 *
 * @throws Invalid `shipments.split.lines-unknown`, `shipments.split.uneven`; Refused `shipments.split.charges-unsaid`
 */
export function partsOf(state: Opened, parts: readonly PartAsked[], by: string): Opened[] {
  checkLines(state.lines, parts);
  const lines = linesOf(state.lines, parts);
  const charges = chargesOf(state, parts, lines);
  const common = without(state, 'openedBy', 'parentId', 'part');
  return parts.map(({ shipmentId, reference, portOfEntry }, i) => ({
    ...common,
    shipmentId,
    reference,
    portOfEntry: portOfEntry ?? state.portOfEntry,
    lines: lines[i]!,
    charges: charges[i]!,
    openedBy: by,
    parentId: state.shipmentId,
    part: { of: state.shipmentId, lines: tookOf(state.lines, parts[i]!) },
  }));
}

/** The lines of a part are those of the whole that it takes, in their order. */
const tookOf = (lines: readonly Line[], { lines: asked }: PartAsked): PartLine[] =>
  lines
    .flatMap(({ number: ofLine, quantity: whole }) =>
      asked
        .filter(({ number }) => number === ofLine)
        .map(({ quantity: value }) => ({ ofLine, quantity: { value, unit: whole.unit }, whole })),
    )
    .map((each, index) => ({ line: index + 1, ...each }));
