import { CopyButton } from './copy-button.js';

/** The first eight digits of a digest, to be compared at a glance; the whole of it is copied. */
export function DigestChip({ digest, label = 'digest' }: { digest: string; label?: string }) {
  const hex = digest.replace(/^sha256:/, '');
  return (
    <span className="digest">
      <code title={digest}>{hex.slice(0, 8)}</code>
      <CopyButton text={digest} label={`Copy ${label} ${hex.slice(0, 8)}`} />
    </span>
  );
}
