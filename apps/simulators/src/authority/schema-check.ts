import { Invalid } from '@tidewaiter/kernel';
import { readXml, type XmlElement } from '@tidewaiter/xml';

const MOST_ERRORS = 25;
const ROOM: Record<string, number> = { FunctionCode: 2, FunctionalReferenceID: 22, TypeCode: 3, SequenceNumeric: 5 };
const NUMBERS = new Set([
  'GoodsItemQuantity', 'TotalPackageQuantity', 'InvoiceAmount', 'SequenceNumeric', 'GrossMassMeasure', 'NetNetWeightMeasure',
  'TariffQuantity', 'ItemChargeAmount', 'OtherChargeDeductionAmount', 'QuantityQuantity',
]); // prettier-ignore
const KNOWN = new Set([
  'AcceptanceDateTime', 'FunctionCode', 'FunctionalReferenceID', 'ID', 'IssueDateTime', 'IssueLocationID', 'TypeCode', 'GoodsItemQuantity',
  'DeclarationOfficeID', 'InvoiceAmount', 'LoadingListQuantity', 'TotalGrossMassMeasure', 'TotalPackageQuantity',
  'SpecificCircumstancesCodeCode', 'Authentication', 'Submitter', 'AdditionalDocument', 'AdditionalInformation', 'Agent', 'Amendment',
  'AuthorisationHolder', 'BorderTransportMeans', 'Consignment', 'CurrencyExchange', 'Declarant', 'ExitOffice', 'Exporter',
  'GoodsShipment', 'ObligationGuarantee', 'PresentationOffice', 'SupervisingOffice',
]); // prettier-ignore

function faultsOf(element: XmlElement): string[] {
  const own: string[] = [];
  const room = ROOM[element.name];
  if (room !== undefined && element.parent?.name === 'Declaration' && element.value.length > room) {
    own.push(`cvc-maxLength-valid: Value '${element.value}' of ${element.place} is longer than ${room}`);
  }
  if (NUMBERS.has(element.name) && !/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(element.value)) {
    own.push(`cvc-datatype-valid.1.2.1: '${element.value}' of ${element.place} is not a decimal number`);
  }
  if (element.parent?.name === 'Declaration' && !KNOWN.has(element.name)) {
    own.push(`cvc-complex-type.2.4.a: ${element.place} is not expected`);
  }
  return [...own, ...element.elements.flatMap(faultsOf)];
}

/**
 * The gateway's judgement of form, before anything is taken: what an XSD would say of the parts this authority reads.
 *
 * @returns the `Declaration` element, or the texts of the errors, at most 25
 */
export function schemaCheck(bytes: Buffer): { declaration: XmlElement } | { errors: string[] } {
  let root: XmlElement;
  try {
    ({ root } = readXml(bytes));
  } catch (error) {
    if (error instanceof Invalid) return { errors: [error.message] };
    throw error;
  }
  const declaration = root.name === 'MetaData' ? root.child('Declaration') : undefined;
  if (!declaration) return { errors: [`cvc-elt.1: MetaData/Declaration expected, ${root.name} found`] };
  const missing = declaration.textAt('FunctionCode')
    ? []
    : ['cvc-complex-type.2.4.b: Declaration/FunctionCode is expected'];
  const errors = [...missing, ...faultsOf(declaration)];
  return errors.length > 0 ? { errors: errors.slice(0, MOST_ERRORS) } : { declaration };
}
