import type {
  CarriedFrom,
  documentRead,
  documentReceived,
  documentRejected,
  documentVersionAdded,
  duplicateNoticed,
  EventOf,
  GoodsLine,
  linesConfirmed,
} from '@tidewaiter/contracts';
import { canonicalJson, NotFound, Refused, unreachable, WrongState, type Decider } from '@tidewaiter/kernel';
import { correctedPlaces } from './lines.js';

type Received = EventOf<typeof documentReceived>;
type VersionAdded = EventOf<typeof documentVersionAdded>;
type Duplicate = EventOf<typeof duplicateNoticed>;
type DocumentRead = EventOf<typeof documentRead>;
type Rejected = EventOf<typeof documentRejected>;
type Confirmed = EventOf<typeof linesConfirmed>;
export type DocumentEvent = Received | VersionAdded | Duplicate | DocumentRead | Rejected | Confirmed;
type DocumentType = Received['data']['type'];

export interface Version {
  version: number;
  sha256: string;
  fileId: string;
  reading: { kind: 'awaited' } | { kind: 'read'; factsDigest: string } | { kind: 'rejected'; code: string };
}

/** A business paper of a shipment with all its versions; the last one counts. */
export type Document =
  | { status: 'none' }
  | {
      status: 'open';
      documentId: string;
      shipmentId: string;
      documentType: DocumentType;
      versions: Version[];
      /** binds to a version and to what was read from it: a new version voids it */
      confirmed: { version: number; factsDigest: string; by: string; lines: GoodsLine[] } | null;
    };

type Open = Extract<Document, { status: 'open' }>;

interface Arrival {
  documentId: string;
  shipmentId: string;
  fileId: string;
  sha256: string;
  documentType: DocumentType;
  carried?: CarriedFrom;
}

export type DocumentCommand =
  | ({ type: 'ReceiveDocument' } & Arrival)
  | ({ type: 'AddVersion' } & Arrival)
  | { type: 'NoticeDuplicate'; sha256: string; name: string }
  | {
      type: 'RecordReading';
      version: number;
      outcome: Omit<DocumentRead['data'], 'documentId' | 'shipmentId' | 'version' | 'type'>;
    }
  | {
      type: 'RecordRejection';
      version: number;
      outcome: Omit<Rejected['data'], 'documentId' | 'shipmentId' | 'version'>;
    }
  | { type: 'ConfirmLines'; version: number; factsDigest: string; by: string; lines: GoodsLine[]; read: GoodsLine[] };

const current = (state: Open): Version => state.versions[state.versions.length - 1]!;

const unknown = (): NotFound => new NotFound('documents.document.unknown', 'there is no such document');

function addVersion(state: Document, command: Extract<DocumentCommand, { type: 'AddVersion' }>): DocumentEvent[] {
  if (state.status === 'none' || state.shipmentId !== command.shipmentId) throw unknown();
  if (state.documentType !== command.documentType) {
    throw new Refused(
      'documents.document.type-differs',
      `a ${state.documentType} cannot be replaced by a ${command.documentType}`,
      {
        advice: 'Upload it as a document of its own, without `supersedes`.',
      },
    );
  }
  return [{ type: 'DocumentVersionAdded', data: arrived(command, state.versions.length + 1) }];
}

const arrived = (
  { documentId, shipmentId, fileId, sha256, documentType }: Arrival,
  version: number,
): Received['data'] => ({
  documentId,
  shipmentId,
  version,
  sha256,
  fileId,
  type: documentType,
});

/** A version is read once: a second reading of it, after a kill or by two readers, is one fact. */
function awaited(state: Document, version: number): Open | null {
  if (state.status === 'none') throw unknown();
  return state.versions[version - 1]?.reading.kind === 'awaited' ? state : null;
}

function recordReading(state: Document, command: Extract<DocumentCommand, { type: 'RecordReading' }>): DocumentEvent[] {
  const open = awaited(state, command.version);
  if (!open) return [];
  const { documentId, shipmentId, documentType } = open;
  return [
    {
      type: 'DocumentRead',
      data: { documentId, shipmentId, version: command.version, type: documentType, ...command.outcome },
    },
  ];
}

function recordRejection(
  state: Document,
  command: Extract<DocumentCommand, { type: 'RecordRejection' }>,
): DocumentEvent[] {
  const open = awaited(state, command.version);
  if (!open) return [];
  const { documentId, shipmentId } = open;
  return [{ type: 'DocumentRejected', data: { documentId, shipmentId, version: command.version, ...command.outcome } }];
}

function confirmLines(state: Document, command: Extract<DocumentCommand, { type: 'ConfirmLines' }>): DocumentEvent[] {
  if (state.status === 'none') throw unknown();
  const { version, reading } = current(state);
  if (reading.kind !== 'read')
    throw new WrongState('documents.document.not-read', 'the document has no lines that were read');
  if (version !== command.version || reading.factsDigest !== command.factsDigest) {
    throw new WrongState(
      'documents.lines.facts-changed',
      'a newer version came in: these are not the lines that were shown',
      {
        advice: 'Look at the lines of the newest version and confirm those.',
      },
    );
  }
  if (command.lines.length === 0) throw new Refused('documents.lines.none', 'a shipment has at least one line');
  const numbers = new Set(command.lines.map((line) => line.number));
  if (numbers.size !== command.lines.length)
    throw new Refused('documents.lines.numbers', 'two lines have the same number');
  const { confirmed } = state;
  if (
    confirmed &&
    confirmed.factsDigest === command.factsDigest &&
    canonicalJson(confirmed.lines) === canonicalJson(command.lines)
  )
    return [];
  return [
    {
      type: 'LinesConfirmed',
      data: {
        documentId: state.documentId,
        shipmentId: state.shipmentId,
        version,
        factsDigest: command.factsDigest,
        by: command.by,
        lines: command.lines,
        corrected: correctedPlaces(command.read, command.lines),
      },
    },
  ];
}

function decide(state: Document, command: DocumentCommand): DocumentEvent[] {
  switch (command.type) {
    case 'ReceiveDocument':
      if (state.status !== 'none') return [];
      return [
        {
          type: 'DocumentReceived',
          data: { ...arrived(command, 1), ...(command.carried ? { carried: command.carried } : {}) },
        },
      ];
    case 'AddVersion':
      return addVersion(state, command);
    case 'NoticeDuplicate':
      if (state.status === 'none') throw unknown();
      return [
        {
          type: 'DuplicateNoticed',
          data: {
            documentId: state.documentId,
            shipmentId: state.shipmentId,
            sha256: command.sha256,
            name: command.name,
          },
        },
      ];
    case 'RecordReading':
      return recordReading(state, command);
    case 'RecordRejection':
      return recordRejection(state, command);
    case 'ConfirmLines':
      return confirmLines(state, command);
    default:
      return unreachable(command);
  }
}

const withReading = (state: Document, version: number, reading: Version['reading']): Document =>
  state.status === 'none'
    ? state
    : { ...state, versions: state.versions.map((each) => (each.version === version ? { ...each, reading } : each)) };

const versionOf = ({ version, sha256, fileId }: Received['data']): Version => ({
  version,
  sha256,
  fileId,
  reading: { kind: 'awaited' },
});

function evolve(state: Document, event: DocumentEvent): Document {
  switch (event.type) {
    case 'DocumentReceived': {
      const { documentId, shipmentId, type } = event.data;
      return {
        status: 'open',
        documentId,
        shipmentId,
        documentType: type,
        versions: [versionOf(event.data)],
        confirmed: null,
      };
    }
    case 'DocumentVersionAdded':
      return state.status === 'none' ? state : { ...state, versions: [...state.versions, versionOf(event.data)] };
    case 'DuplicateNoticed':
      return state;
    case 'DocumentRead':
      return withReading(state, event.data.version, { kind: 'read', factsDigest: event.data.factsDigest });
    case 'DocumentRejected':
      return withReading(state, event.data.version, { kind: 'rejected', code: event.data.code });
    case 'LinesConfirmed': {
      const { version, factsDigest, by, lines } = event.data;
      return state.status === 'none' ? state : { ...state, confirmed: { version, factsDigest, by, lines } };
    }
    default:
      return unreachable(event);
  }
}

export const document: Decider<Document, DocumentCommand, DocumentEvent> = {
  initial: { status: 'none' },
  decide,
  evolve,
};
