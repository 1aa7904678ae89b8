import type { Finding } from '@tidewaiter/contracts';
import { papersOf, type NamedParty } from '../facts.js';
import { partyKey, sameParty, type Someone } from '../parties.js';
import { compared, invoiceSubject, type Check } from './check.js';

interface Named {
  subject: string;
  document: string;
  pointer: string;
  party: NamedParty;
}

/**
 * Who receives the goods: the consignee of each invoice (else its buyer) and of each transport document (a bill to order aside)
 * must be the shipment's consignee or the importer of record. Names stay out of the sentence: only `compared` holds them.
 */
export const consigneeDiffers: Check = ({ papers, situation }) => {
  const { importer } = situation;
  const consignees = situation.parties.filter((party) => party.role === 'consignee');
  const known: Someone[] = [
    ...consignees.map((party) => ({ name: party.name, id: party.identifier })),
    { name: importer.name },
    ...importer.identifiers.map((identifier) => ({ name: importer.name, id: identifier.value })),
  ];
  const named: Named[] = [
    ...papersOf(papers, 'invoice').map(({ documentId, facts: { values } }) => ({
      subject: invoiceSubject(values.number),
      document: documentId,
      pointer: values.consignee ? '/consignee/name' : '/buyer/name',
      party: values.consignee ?? values.buyer,
    })),
    ...papersOf(papers, 'transport').flatMap(({ documentId, facts: { values } }) =>
      values.consignee
        ? [
            {
              subject: `transport document ${values.number}`,
              document: documentId,
              pointer: '/consignee/name',
              party: values.consignee,
            },
          ]
        : [],
    ),
  ];
  const findings = named
    .filter(({ party }) => !known.some((someone) => sameParty(someone, party)))
    .map(({ subject, document, pointer, party }): Finding => ({
      kind: 'parties.consignee-differs',
      outcome: 'blocks-filing',
      subject,
      compared: [
        compared(document, pointer, party.name),
        ...consignees.map((consignee) => compared('shipment', '/parties/consignee/name', consignee.name)),
        compared('shipment', '/importer/name', importer.name),
      ],
      says: `The ${subject} goes to somebody who is neither the shipment’s consignee nor its importer of record.`,
      fix: [
        'Ask for a corrected paper and upload it as a new version.',
        'If the paper is right, register the shipment anew with the right consignee.',
      ],
    }));
  return { findings, cannotTell: [] };
};

/** The same seller used the same number on another shipment: goods are declared once. */
export const numberDuplicate: Check = ({ papers, history }) => {
  const findings = papersOf(papers, 'invoice').flatMap(({ documentId, facts: { values } }): Finding[] => {
    const elsewhere = history.filter(
      (known) => known.seller === partyKey(values.seller.name) && known.number === values.number,
    );
    if (elsewhere.length === 0) return [];
    const others = elsewhere.map((known) => known.shipmentId).sort();
    return [
      {
        kind: 'invoice.number-duplicate',
        outcome: 'blocks-filing',
        subject: invoiceSubject(values.number),
        compared: [
          compared(documentId, '/number', values.number),
          ...others.map((shipment) => compared(`shipment ${shipment}`, '/number', values.number)),
        ],
        says: `Invoice ${values.number} of this seller stands on shipment ${others.join(', ')} already.`,
        fix: ['Upload the invoice of this shipment, or have the other shipment closed.'],
      },
    ];
  });
  return { findings, cannotTell: [] };
};
