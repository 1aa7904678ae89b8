import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createClient, feed, ProblemError, type ClientOptions, type TidewaiterClient } from '@tidewaiter/client';
import {
  grantMandate,
  openEngagement,
  openShipment,
  registerGuarantee,
  registerImporter,
  uploadDocument,
} from '@tidewaiter/contracts';
import { now, plusDays } from '@tidewaiter/kernel';
import type { Platform } from '@tidewaiter/local';

const MANDATE = readFileSync(new URL('../../fixtures/consignments/gb/mandate.pdf', import.meta.url));

const party = (role: 'seller' | 'consignee', name: string, country: string) => ({
  role,
  name,
  address: { street: '1 Quay', city: 'Harbour', postcode: '10000', country },
});

const invoice = (reference: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>INV-${reference}</cbc:ID><cbc:IssueDate>2026-11-03</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>USD</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Load Seller Ltd</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Load Consignee Ltd</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>
<cac:DeliveryTerms><cbc:ID>FOB</cbc:ID><cac:DeliveryLocation><cbc:ID>Hai Phong</cbc:ID></cac:DeliveryLocation></cac:DeliveryTerms>
<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cbc:AllowanceChargeReasonCode>FC</cbc:AllowanceChargeReasonCode><cbc:AllowanceChargeReason>Ocean freight</cbc:AllowanceChargeReason><cbc:Amount currencyID="USD">20.00</cbc:Amount></cac:AllowanceCharge>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="USD">500.00</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount currencyID="USD">520.00</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount currencyID="USD">520.00</cbc:TaxInclusiveAmount><cbc:ChargeTotalAmount currencyID="USD">20.00</cbc:ChargeTotalAmount><cbc:PayableAmount currencyID="USD">520.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">5</cbc:InvoicedQuantity><cbc:LineExtensionAmount currencyID="USD">500.00</cbc:LineExtensionAmount><cac:Item><cbc:Description>Smartphones of the cheaper kind</cbc:Description><cbc:Name>Smartphones</cbc:Name><cac:OriginCountry><cbc:IdentificationCode>VN</cbc:IdentificationCode></cac:OriginCountry><cac:CommodityClassification><cbc:ItemClassificationCode listID="TSP">8517130000</cbc:ItemClassificationCode></cac:CommodityClassification></cac:Item><cac:Price><cbc:PriceAmount currencyID="USD">100.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>`;

const PACKING_LIST = `package_from,package_to,count,kind,marks,item,description,quantity,unit,net_kg,gross_kg
1,1,1,CT,LOAD 1,SP-1,"Smartphones of the cheaper kind",5,C62,2.0,2.5
`;

const waybill = (reference: string): string =>
  JSON.stringify({
    transportDocumentReference: `SWB-${reference}`,
    transportDocumentTypeCode: 'SWB',
    issueDate: '2026-11-03',
    shippedOnBoardDate: '2026-11-03',
    freightPaymentTermCode: 'PRE',
    documentParties: {
      shipper: { name: 'Load Seller Ltd', country: 'VN' },
      consignee: { name: 'Load Consignee Ltd', country: 'GB' },
    },
    transport: {
      portOfLoading: 'VNHPH',
      portOfDischarge: 'GBFXT',
      vesselName: 'Load Carrier',
      carrierVoyageNumber: '1E',
    },
    equipments: [{ equipmentReference: 'TDWU4827161', seals: ['VN1'] }],
    packages: { count: 1, kind: 'CT', marks: 'LOAD 1' },
    cargoGrossWeight: { value: '2.5', unit: 'KGM' },
  });

/** A token of a sample user that is renewed in time; the local identity provider only. */
function connectionOf(platform: Platform, user: string): ClientOptions {
  let token = '';
  let until = 0;
  return {
    baseUrl: platform.addresses.api,
    async token() {
      if (Date.now() > until) {
        const answer = await fetch(`${platform.addresses.identity}/token`, {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'urn:tidewaiter:sample-user', client_id: 'tidewaiter-cli', user }),
        });
        token = ((await answer.json()) as { access_token: string }).access_token;
        until = Date.now() + 120_000;
      }
      return token;
    },
  };
}

/** Drives uneventful shipments through the whole lifecycle, over the public API, from engagement to seal. */
export class Shipments {
  private readonly sealed = new Map<string, () => void>();
  private readonly early = new Set<string>();
  private readonly stop = new AbortController();

  private constructor(
    private readonly client: TidewaiterClient,
    private readonly engagementId: string,
  ) {}

  static async open(platform: Platform): Promise<Shipments> {
    const connection = connectionOf(platform, 'operator@acme');
    const client = createClient(connection);
    const importer = await client.call(registerImporter, {
      body: {
        code: `load-${randomUUID().slice(0, 8)}`,
        name: 'Load Importers Ltd',
        destinations: ['GB'],
        identifiers: [{ scheme: 'EORI', value: 'GB123456782000' }],
      },
    });
    await client.call(registerGuarantee, {
      body: {
        importerId: importer.importerId,
        destination: 'GB',
        reference: 'LOAD',
        limit: { amount: '900000000.00', currency: 'GBP' },
      },
    });
    const today = now().slice(0, 10);
    const terms = { destinations: ['GB'], validFrom: plusDays(today, -1) };
    const engagement = await client.call(openEngagement, {
      body: {
        kind: 'ongoing',
        customer: { name: 'Load Customer Ltd' },
        importerId: importer.importerId,
        ...terms,
        validTo: null,
      },
    });
    await client.call(
      grantMandate,
      {
        params: { engagementId: engagement.engagementId },
        body: { grantor: 'Load Customer Ltd', ...terms, validTo: plusDays(today, 300) },
      },
      { ifMatch: engagement.version },
    );
    const shipments = new Shipments(client, engagement.engagementId);
    void shipments.listen(connection);
    return shipments;
  }

  /** One event stream tells of every seal: the measured system answers no polling. */
  private async listen(connection: ClientOptions): Promise<void> {
    for await (const { event } of feed(connection, { signal: this.stop.signal, after: '0' })) {
      if (!event.type.startsWith('tidewaiter.audit.DossierSealed.')) continue;
      const resolve = this.sealed.get(event.subject);
      if (resolve) resolve();
      else this.early.add(event.subject);
    }
  }

  /** One shipment from its opening to the seal. */
  async one(): Promise<void> {
    const reference = `L-${randomUUID().replaceAll('-', '').slice(0, 14).toUpperCase()}`;
    const { shipmentId } = await this.client.call(openShipment, {
      body: {
        engagementId: this.engagementId,
        reference,
        origin: 'VN',
        transport: 'ocean',
        portOfEntry: 'GBFXT',
        incoterm: { code: 'FOB', place: 'Hai Phong' },
        parties: [party('seller', 'Load Seller Ltd', 'VN'), party('consignee', 'Load Consignee Ltd', 'GB')],
        lines: [
          {
            number: 1,
            commodity: '8517130000',
            description: 'Smartphones of the cheaper kind',
            origin: 'VN',
            quantity: { value: '5', unit: 'NAR' },
            netMass: '2.0',
            grossMass: '2.5',
            price: { amount: '500.00', currency: 'USD' },
          },
        ],
        charges: { freight: { amount: '20.00', currency: 'USD' } },
        carrier: 'simulated-ocean',
      },
    });
    const upload = async (type: string, name: string, mediaType: string, bytes: Uint8Array): Promise<void> => {
      for (;;) {
        try {
          await this.client.upload(uploadDocument, { shipmentId }, { type }, { name, mediaType, bytes });
          return;
        } catch (error) {
          // The opening has not reached the documents yet: the answer says to send again.
          if (!(error instanceof ProblemError) || error.code !== 'documents.shipment.unknown') throw error;
        }
      }
    };
    await Promise.all([
      upload('commercial-invoice', 'invoice.xml', 'application/xml', Buffer.from(invoice(reference))),
      upload('packing-list', 'packing-list.csv', 'text/csv', Buffer.from(PACKING_LIST)),
      upload('sea-waybill', 'waybill.json', 'application/json', Buffer.from(waybill(reference))),
      upload('mandate', 'mandate.pdf', 'application/pdf', MANDATE),
    ]);
    if (this.early.has(shipmentId)) return;
    await new Promise<void>((resolve) => this.sealed.set(shipmentId, resolve));
    this.sealed.delete(shipmentId);
  }

  close(): void {
    this.stop.abort();
  }
}
