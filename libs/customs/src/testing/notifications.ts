/** Notifications as an authority writes them, for tests. */
export interface NotificationParts {
  code: string;
  id?: string;
  /** CCYYMMDDHHMMSS with zone */
  at?: string;
  lrn?: string;
  mrn?: string;
  version?: number;
  /** inside Response, before Declaration */
  before?: string;
  /** inside Declaration, in front of its references */
  dates?: string;
  /** inside Declaration, behind its references */
  after?: string;
}

const time = (text: string): string => `<DateTimeString formatCode="304">${text}</DateTimeString>`;

export const MRN = '26GB22WOA1EV2P6AR9';

export function responseXml(parts: NotificationParts): string {
  const { code, id = `${code.padStart(32, '0')}`, at = '20261124100000Z', lrn = '', mrn = MRN, version = 1 } = parts;
  return (
    `<Response><FunctionCode>${code}</FunctionCode><FunctionalReferenceID>${id}</FunctionalReferenceID>` +
    `<IssueDateTime>${time(at)}</IssueDateTime>${parts.before ?? ''}<Declaration>${parts.dates ?? ''}` +
    `<FunctionalReferenceID>${lrn}</FunctionalReferenceID><ID>${mrn}</ID><VersionID>${version}</VersionID>${parts.after ?? ''}</Declaration></Response>`
  );
}

export const notificationXml = (...parts: NotificationParts[]): Buffer =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><MetaData><WCOTypeName>RES</WCOTypeName>${parts.map(responseXml).join('')}</MetaData>`,
  );

export const accepted = (at = '20261124100001Z'): NotificationParts => ({
  code: '01',
  at,
  dates: `<AcceptanceDateTime>${time(at)}</AcceptanceDateTime>`,
});

/** @param pointers each level as `67A` or `68A[2]` or, last, `21A[1].145` */
export const rejected = (code: string, pointers: string, at = '20261124100001Z'): NotificationParts => ({
  code: '03',
  at,
  before: `<Error><Description>see box</Description><ValidationCode>${code}</ValidationCode>${pointers
    .split('/')
    .map((level) => {
      const [, section = '', index, tag] = /^(\w+)(?:\[(\d+)\])?(?:\.(\w+))?$/.exec(level) ?? [];
      return `<Pointer>${index ? `<SequenceNumeric>${index}</SequenceNumeric>` : ''}<DocumentSectionCode>${section}</DocumentSectionCode>${
        tag ? `<TagID>${tag}</TagID>` : ''
      }</Pointer>`;
    })
    .join('')}</Error>`,
  dates: '',
});

export const tax = (
  nameCode: string,
  fees: { line: number; type: string; base: string; amount: string; currency?: string }[],
  header: { reference?: string; total?: string; account?: string } = {},
): NotificationParts => ({
  code: '13',
  at: '20261124100003Z',
  before:
    (header.account
      ? `<AdditionalInformation><StatementCode>PAYEE</StatementCode><StatementDescription>HMRC Shipley</StatementDescription></AdditionalInformation>` +
        `<Bank><ReferenceID>BARCGB22</ReferenceID><ID>${header.account}</ID></Bank>`
      : '') + `<Status><NameCode>${nameCode}</NameCode></Status>`,
  after:
    (header.total
      ? `<DutyTaxFee><Payment>${header.reference ? `<ReferenceID>${header.reference}</ReferenceID>` : ''}<PaymentAmount currencyID="GBP">${header.total}</PaymentAmount></Payment></DutyTaxFee>`
      : '') +
    `<GoodsShipment>${fees
      .map(
        ({ line, type, base, amount, currency = 'GBP' }) =>
          `<GovernmentAgencyGoodsItem><SequenceNumeric>${line}</SequenceNumeric><Commodity><DutyTaxFee>` +
          `<AdValoremTaxBaseAmount currencyID="${currency}">${base}</AdValoremTaxBaseAmount><TypeCode>${type}</TypeCode>` +
          `<Payment><TaxAssessedAmount currencyID="${currency}">${amount}</TaxAssessedAmount><PaymentAmount currencyID="${currency}">${amount}</PaymentAmount></Payment>` +
          `</DutyTaxFee></Commodity></GovernmentAgencyGoodsItem>`,
      )
      .join('')}</GoodsShipment>`,
});
