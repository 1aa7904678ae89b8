import { i18n } from '../words/words.js';
import { CopyButton } from './copy-button.js';

/** The first eight digits of a digest, to be compared at a glance; the whole of it is copied. */
export function DigestChip({ digest, label = i18n.t('digest') }: { digest: string; label?: string }) {
  const hex = digest.replace(/^sha256:/, '');
  return (
    <span className="digest">
      <code title={digest}>{hex.slice(0, 8)}</code>
      <CopyButton text={digest} label={i18n.t('Copy {label} {hex}', { label, hex: hex.slice(0, 8) })} />
    </span>
  );
}
