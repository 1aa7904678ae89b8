import { brokenReply, hasBearer, json, jsonOf, type Reply, type Request, type Route } from '../plumbing/http.js';
import { bookingRequest, referenceOf } from './bookings.js';
import type { Booked, Booking, Carrier } from './carrier.js';
import { proofPdf } from './proof.js';

/** DCSA's error body. */
const dcsaError = (request: Request, status: number, reason: string, message: string): Reply =>
  json(status, {
    httpMethod: request.method,
    requestUri: request.path,
    statusCode: status,
    statusCodeText: reason,
    errorDateTime: new Date().toISOString(),
    errors: [{ errorCodeText: reason, errorCodeMessage: message }],
  });

const view = ({ trip, status, key }: Booking): Record<string, unknown> => ({
  carrierBookingRequestReference: trip.booking,
  bookingStatus: status,
  references: [{ type: 'FF', value: trip.shipment }],
  idempotencyKey: key,
});

function bookedReply(request: Request, booked: Booked): Reply {
  switch (booked.kind) {
    case 'conflict':
      return dcsaError(request, 409, 'Conflict', 'The idempotency key belongs to another booking');
    case 'broken':
      return brokenReply(booked, (status) => dcsaError(request, status, 'Error', 'Internal error'));
    case 'taken':
    case 'repeated':
      return {
        ...json(202, { carrierBookingRequestReference: booked.booking.trip.booking }),
        afterwards: booked.afterwards,
        slow: booked.slow,
      };
  }
}

/** The carrier's own HTTP: DCSA Booking 2 (narrow) and proofs of delivery. */
export function carrierRoutes(carrier: Carrier): Route[] {
  type Handle = (request: Request) => Reply | Promise<Reply>;
  const guarded =
    (handle: Handle): Route['handle'] =>
    (request) =>
      hasBearer(request, carrier.settings.token)
        ? handle(request)
        : dcsaError(request, 401, 'Unauthorized', 'The bearer token is missing or wrong');

  const book: Handle = (request) => {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || key.length === 0 || key.length > 200) {
      return dcsaError(request, 400, 'Bad Request', 'Idempotency-Key of at most 200 characters is wanted');
    }
    const parsed = bookingRequest.safeParse(jsonOf(request));
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      return dcsaError(request, 400, 'Bad Request', `${issue.path.join('.')}: ${issue.message}`);
    }
    const shipment = referenceOf(parsed.data);
    if (shipment === null) return dcsaError(request, 400, 'Bad Request', 'references: one of type FF is wanted');
    return bookedReply(request, carrier.book(key, shipment, parsed.data, request.body));
  };

  const find: Handle = (request) => {
    const reference = request.query.get('reference');
    if (!reference) return dcsaError(request, 400, 'Bad Request', 'reference is wanted');
    return json(200, carrier.findByReference(reference).map(view));
  };

  const show: Handle = (request) => {
    const booking = carrier.findByBooking(request.params['booking']!);
    return booking ? json(200, view(booking)) : dcsaError(request, 404, 'Not Found', 'No such booking');
  };

  const proof: Handle = async (request) => {
    const booking = carrier.bookings.get(request.params['booking']!);
    if (!booking?.proof) return dcsaError(request, 404, 'Not Found', booking ? 'Not delivered yet' : 'No such booking');
    const headers = { 'content-type': 'application/pdf', 'x-signed-by': booking.proof.signedBy };
    return { status: 200, headers, body: await proofPdf(booking.trip, booking.proof) };
  };

  return [
    { method: 'GET', path: '/health', handle: () => json(200, { status: 'ok' }) },
    { method: 'POST', path: '/v2/bookings', handle: guarded(book) },
    { method: 'GET', path: '/v2/bookings', handle: guarded(find) },
    { method: 'GET', path: '/v2/bookings/:booking', handle: guarded(show) },
    { method: 'GET', path: '/v2/proofs/:booking', handle: guarded(proof) },
  ];
}
