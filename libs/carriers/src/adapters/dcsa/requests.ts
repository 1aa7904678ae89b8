import type { Situation } from '@tidewaiter/contracts';
import type { BookingRequest } from '../carrier.js';

const MODES: Record<Situation['transport'], string> = {
  ocean: 'VESSEL',
  air: 'AIR',
  road: 'TRUCK',
  rail: 'RAIL',
  post: 'TRUCK',
  'inland-waterway': 'BARGE',
};

/**
 * The DCSA booking (BKG 2, narrow) of a delivery: our reference as forwarder's, port of entry and place of delivery, the
 * goods. `releasedQuantity` is an extension: exact quantities that customs released, by line.
 */
export function bookingBody(request: BookingRequest): Record<string, unknown> {
  const { situation } = request;
  const consignee = situation.parties.find(({ role }) => role === 'consignee');
  const address = consignee
    ? {
        name: consignee.name,
        street: consignee.address.street,
        city: consignee.address.city,
        postCode: consignee.address.postcode,
        countryCode: consignee.address.country,
      }
    : { countryCode: situation.destination };
  return {
    receiptTypeAtOrigin: 'CY',
    deliveryTypeAtDestination: 'SD',
    cargoMovementTypeAtOrigin: 'FCL',
    cargoMovementTypeAtDestination: 'FCL',
    references: [{ type: 'FF', value: request.reference }],
    shipmentLocations: [
      { locationTypeCode: 'POD', location: { UNLocationCode: situation.portOfEntry } },
      { locationTypeCode: 'PDE', location: { address } },
    ],
    requestedEquipments: [
      {
        units: 1,
        commodities: [
          {
            commodityType: 'imported goods',
            cargoGrossWeight: { value: Number(request.grossMass), unit: 'KGM' },
            numberOfPackages: request.packages.count,
          },
        ],
      },
    ],
    preferredModeOfTransport: MODES[situation.transport],
    releasedQuantity: request.released.map(({ line, quantity }) => ({
      line,
      value: quantity.value,
      unit: quantity.unit,
    })),
  };
}
