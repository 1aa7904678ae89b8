import type { Command } from 'commander';

/** Command lines that each do something useful, without the program's name; the help of a command opens with those of it. */
export const EXAMPLES: readonly string[] = [
  'up',
  'demo',
  'demo 12-examined',
  'doctor',
  'status',
  'open S-4466',
  'open audit',
  'login --as operator',
  'login --as approver --profile approver',
  'logout',
  'whoami',
  'profile use approver',
  'token --as operator',
  'task list',
  'task show 5b1f9c52-1f0e-4a3e-9a52-0d1c6f1f2a11',
  'task take 5b1f9c52-1f0e-4a3e-9a52-0d1c6f1f2a11',
  'task do 5b1f9c52-1f0e-4a3e-9a52-0d1c6f1f2a11',
  'shipment list --stage clearance',
  'shipment open consignment.json --engagement Brackenfield --reference S-4466',
  'shipment show S-4466',
  'shipment watch S-4466 --until customs.GoodsReleased --within 30m',
  'shipment story S-4466 --rank milestone',
  'shipment retry S-4466',
  'shipment export --stage clearance --output clearance.csv',
  'shipment comment S-4466 "papers are asked for"',
  'document list S-4466',
  'document add S-4466 commercial-invoice invoice.xml',
  'document get 5b1f9c52-1f0e-4a3e-9a52-0d1c6f1f2a11 --reason "visit of the auditor"',
  'document checks S-4466',
  'declaration show S-4466',
  'declaration check S-4466',
  'declaration send S-4466 --set lines[0].commodity=8517140000 --reason "reclassified by ruling"',
  'declaration messages S-4466',
  'declaration ask S-4466',
  'authority ask HMRC',
  'duty preview request.json',
  'duty explain S-4466',
  'duty variance S-4466',
  'duty rederive S-4466',
  'payment list --status needs-approval',
  'payment show S-4466',
  'payment approve S-4466',
  'engagement list',
  'engagement open --kind ongoing --customer "Brackenfield Outdoor Ltd" --importer tidewaiter-gb --destination GB',
  'guarantee list',
  'guarantee forecast 5b1f9c52-1f0e-4a3e-9a52-0d1c6f1f2a11',
  'ledger show --by authority,taxType',
  'invoice list S-4466',
  'screening list',
  'screening decide S-4466 --clear --reason "another person: born in 1971"',
  'rules list',
  'rules import usitc-hts-csv hts.csv --valid-from 2026-12-01',
  'rules affected 4be01c22',
  'rules void-basis "9903.01.25" --from 2026-02-20 --reason "judgment of the Supreme Court" --destination US',
  'fx show GB',
  'audit verify',
  'audit prove 5b1f9c52-1f0e-4a3e-9a52-0d1c6f1f2a11 --output event.tlog-proof',
  'audit replay S-4466 --known 2026-11-24T13:00:00Z',
  'audit checkpoint',
  'audit report separation-of-duties --from 2026-11-01T00:00:00Z',
  'audit export S-4466 --reason "audit of November" --with-verifier',
  'audit reconcile',
  'audit reader issue "External auditor" --until 2027-01-31T00:00:00Z',
  'partner endpoint add https://erp.example/hook --types customs.*',
  'partner delivery list --status dead',
  'partner rotate 5b1f9c52-1f0e-4a3e-9a52-0d1c6f1f2a11',
  'partner tail --type customs.*',
  'scenario list',
  'scenario run rejected.yaml',
  'scenario lint rejected.yaml',
  'admin user',
  'admin role',
  'admin key issue "ERP of Brackenfield" --scope events:read --until 2027-01-31T00:00:00Z',
  'admin hold place S-4466 --matter "appeal 2026/41"',
  'admin retention list --state due',
  'completion bash',
];

/** The path of a command below the program: `partner endpoint add`. */
export function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
}

/** How many are shown for the program, where nobody has asked for a part of it yet. */
const FIRST = ['up', 'demo', 'login --as operator', 'shipment list --stage clearance', 'audit verify'];

export function withExamples(command: Command): Command {
  const path = pathOf(command);
  const examples = path === '' ? FIRST : EXAMPLES.filter((each) => each === path || each.startsWith(`${path} `));
  if (examples.length > 0) {
    const title = examples.length === 1 ? 'Example' : 'Examples';
    command.addHelpText('before', `${title}:\n${examples.map((each) => `  tidewaiter ${each}`).join('\n')}\n`);
  }
  command.commands.forEach(withExamples);
  return command;
}
