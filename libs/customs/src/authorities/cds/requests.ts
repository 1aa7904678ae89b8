import { el, writeXml, type XmlNode } from '@tidewaiter/xml';
import type { Asking, BuiltRequest } from '../authority.js';
import type { Profile } from '../profile.js';
import { digestOfBytes } from '../texts.js';
import { declarationTree, metaData, ordered } from './build.js';
import { parsePointer, pointerTo } from './pointers.js';
import { DECLARATION, type Section } from './schema.js';

/** What a request is about, DE 1/2. @see customs-channels, 1a: requests */
const TYPES = { amend: 'COR', cancel: 'INV', arrive: 'GPR' } as const;

/** Why an element changes. */
const REASONS = { value: '21', measure: '28', party: '29', removed: '30', other: '32' } as const;

/** Reason of a cancellation: not needed any more, or lodged twice. */
const NOT_NEEDED = '1';

/** Head of the amendment's own section in a pointer. */
const AMENDMENT = '06A';

/** Children of `Declaration` in the order of the schema, with those that only a request has. */
const ORDER: readonly string[] = DECLARATION.order.flatMap((name) => (name === 'Agent' ? [name, 'Amendment'] : [name]));

type Tree = ReturnType<typeof declarationTree>;
type Value = Tree[string];

interface Change {
  /** element path with places, as pointers know it */
  element: string;
  removed: boolean;
}

const isGroup = (value: Value): value is Tree =>
  typeof value === 'object' && !Array.isArray(value) && typeof (value as { text?: unknown }).text !== 'string';

const same = (a: Value, b: Value): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What differs between two trees, leaf by leaf; `kept` is the changed subtree with what tells its groups apart. */
function differences(before: Tree, after: Tree, path: string, section: Section): { changes: Change[]; kept: Tree } {
  const changes: Change[] = [];
  const kept: Tree = {};
  for (const name of section.order) {
    const [was, is] = [before[name], after[name]];
    if (same(was, is)) continue;
    const element = path === '' ? name : `${path}/${name}`;
    const below = section.sections.find((each) => each.name === name);
    if (!below || is === undefined) {
      changes.push({ element: below?.repeats ? `${element}[1]` : element, removed: is === undefined });
      if (is !== undefined) kept[name] = is;
      continue;
    }
    const groups = (value: Value): Tree[] =>
      value === undefined ? [] : Array.isArray(value) ? (value as Tree[]) : isGroup(value) ? [value] : [];
    const [old, now] = [groups(was), groups(is)];
    const parts: Tree[] = [];
    for (let index = 0; index < Math.max(old.length, now.length); index += 1) {
      const place = below.repeats ? `${element}[${index + 1}]` : element;
      const [one, other] = [old[index], now[index]];
      if (same(one, other)) continue;
      if (!other) {
        changes.push({ element: place, removed: true });
      } else if (!one) {
        changes.push({ element: place, removed: false });
        parts.push(other);
      } else {
        const inner = differences(one, other, place, below);
        changes.push(...inner.changes);
        const key = other['SequenceNumeric'];
        parts.push(key === undefined ? inner.kept : { SequenceNumeric: key, ...inner.kept });
      }
    }
    if (parts.length > 0) kept[name] = parts;
  }
  return { changes, kept };
}

function reasonOf({ element, removed }: Change): string {
  if (removed) return REASONS.removed;
  if (/(Amount|ChargeDeduction\[\d+\])$/.test(element)) return REASONS.value;
  if (/(Measure|Quantity)$/.test(element)) return REASONS.measure;
  return /(Exporter|Importer|Declarant|Agent|Seller|Buyer)/.test(element) ? REASONS.party : REASONS.other;
}

const pointerNodes = (pointer: string): XmlNode[] =>
  (parsePointer(pointer) ?? []).map(({ section, index, tag }) =>
    el('Pointer', {}, [
      ...(index === undefined ? [] : [el('SequenceNumeric', {}, String(index))]),
      el('DocumentSectionCode', {}, section),
      ...(tag === undefined ? [] : [el('TagID', {}, tag)]),
    ]),
  );

/** One statement per amendment, pointing to it. */
const reasonNode = (reason: string, place: number, code: string): XmlNode =>
  el('AdditionalInformation', {}, [
    el('StatementDescription', {}, reason.slice(0, 512)),
    el('StatementTypeCode', {}, code),
    ...pointerNodes(`42A/${AMENDMENT}[${place}]`),
  ]);

interface Parts {
  tree: Tree;
  reasons: XmlNode[];
  amendments: XmlNode[];
  pointers: string[];
}

function partsOf(asking: Asking, profile: Profile): Parts {
  if (asking.purpose === 'arrive') return { tree: {}, reasons: [], amendments: [], pointers: [] };
  if (asking.purpose === 'cancel') {
    return {
      tree: {},
      reasons: [reasonNode(asking.reason, 1, 'AES')],
      amendments: [el('Amendment', {}, [el('ChangeReasonCode', {}, NOT_NEEDED)])],
      pointers: [],
    };
  }
  const { references } = asking;
  const before = declarationTree(asking.before, references, profile);
  const after = declarationTree(asking.after, references, profile);
  const { changes, kept } = differences(before, after, '', DECLARATION);
  const pointers = changes.map(({ element }) => pointerTo(element) ?? DECLARATION.section);
  return {
    tree: kept,
    reasons: changes.map((_, index) => reasonNode(asking.reason, index + 1, 'AES')),
    amendments: changes.map((change, index) =>
      el('Amendment', {}, [el('ChangeReasonCode', {}, reasonOf(change)), ...pointerNodes(pointers[index]!)]),
    ),
    pointers,
  };
}

/**
 * Builds a request about a declaration that the authority has: function 13, a reference of its own, the number it is about. An
 * amendment names each changed element once and carries the changed subtree with its new values, totals included.
 *
 * @see customs-channels, 1a: requests; CDS11012, CDS12026
 */
export function buildRequest(asking: Asking, profile: Profile): BuiltRequest {
  const { tree, reasons, amendments, pointers } = partsOf(asking, profile);
  const head: Tree = {
    ...tree,
    FunctionCode: '13',
    FunctionalReferenceID: asking.lrn,
    ID: asking.mrn,
    TypeCode: TYPES[asking.purpose],
  };
  const written = ordered(DECLARATION, head);
  const nodes = [...written, ...reasons, ...amendments];
  const nameOf = (node: XmlNode): string => (node as { name: string }).name;
  const children = nodes
    .map((node, index) => ({ node, index, place: ORDER.indexOf(nameOf(node)) }))
    .sort((a, b) => a.place - b.place || a.index - b.index)
    .map(({ node }) => node);
  const bytes = writeXml(metaData(profile, children));
  return { bytes, digest: digestOfBytes(bytes), pointers };
}

/** Asks for one-time addresses for papers. @see customs-channels, 1a: file-upload; at most 11 */
export function buildSlotsRequest(mrn: string, files: readonly { type: string }[]): Buffer {
  return writeXml(
    el('FileUploadRequest', { xmlns: 'hmrc:fileupload' }, [
      el('DeclarationID', {}, mrn),
      el('FileGroupSize', {}, String(files.length)),
      el(
        'Files',
        {},
        files.map(({ type }, index) =>
          el('File', {}, [el('FileSequenceNo', {}, String(index + 1)), el('DocumentType', {}, type)]),
        ),
      ),
    ]),
  );
}
