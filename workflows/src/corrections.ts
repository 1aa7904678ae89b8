import type { DocumentSet, GoodsLine, Refusal } from '@tidewaiter/contracts';

const refused = (says: string): Refusal => ({ kind: 'refused', code: 'shipments.task.decision-invalid', says });

type LineField =
  | 'commodity'
  | 'description'
  | 'origin'
  | 'netMass'
  | 'grossMass'
  | 'quantity.value'
  | 'quantity.unit'
  | 'price.amount'
  | 'price.currency';

/** What each field of a goods line must look like; the same forms as the contract of a line. */
const FORMS: Record<LineField, RegExp> = {
  commodity: /^\d{6,10}$/,
  description: /^.{3,512}$/s,
  origin: /^[A-Z]{2}$/,
  netMass: /^(0|[1-9]\d{0,17})(\.\d{1,12})?$/,
  grossMass: /^(0|[1-9]\d{0,17})(\.\d{1,12})?$/,
  'quantity.value': /^(0|[1-9]\d{0,17})(\.\d{1,12})?$/,
  'quantity.unit': /^[A-Z0-9_]{2,16}$/,
  'price.amount': /^(0|[1-9]\d{0,17})(\.\d{1,12})?$/,
  'price.currency': /^[A-Z]{3}$/,
};

/**
 * Applies a person's corrections to the goods: `{ "lines[0].commodity": "8517140000" }`.
 * A path that names nothing, or a value of the wrong form, refuses the whole correction with its place.
 */
export function applyCorrections(
  goods: DocumentSet,
  set: Record<string, unknown>,
): { kind: 'corrected'; goods: DocumentSet } | Refusal {
  const entries = Object.entries(set);
  if (entries.length === 0) return refused('Say what to correct: { "set": { "lines[0].commodity": "…" } }.');
  const lines: GoodsLine[] = goods.lines.map((line) => ({
    ...line,
    quantity: { ...line.quantity },
    price: { ...line.price },
  }));
  for (const [path, value] of entries) {
    const match = /^lines\[(\d{1,4})\]\.([a-zA-Z.]+)$/.exec(path);
    const line = match ? lines[Number(match[1])] : undefined;
    const field = match?.[2] as LineField | undefined;
    if (!line || field === undefined || !(field in FORMS))
      return refused(`There is no field ${path}; fields are lines[n].${Object.keys(FORMS).join(', .')}.`);
    if (typeof value !== 'string' || !FORMS[field].test(value))
      return refused(`The value of ${path} does not have the form of the field.`);
    assign(line, field, value);
  }
  return { kind: 'corrected', goods: { ...goods, lines } };
}

function assign(line: GoodsLine, field: LineField, value: string): void {
  switch (field) {
    case 'quantity.value':
      line.quantity.value = value;
      break;
    case 'quantity.unit':
      line.quantity.unit = value;
      break;
    case 'price.amount':
      line.price.amount = value;
      break;
    case 'price.currency':
      line.price.currency = value;
      break;
    default:
      line[field] = value;
  }
}
