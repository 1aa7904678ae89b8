import { announce } from '../app/announce.js';
import { i18n } from '../words/words.js';

export const CopyButton = ({ text, label }: { text: string; label: string }) => (
  <button
    type="button"
    className="copy"
    aria-label={label}
    title={label}
    onClick={() => void navigator.clipboard.writeText(text).then(() => announce(i18n.t('Copied.')))}
  >
    <svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.4">
      <rect x="5.5" y="5.5" width="8" height="8" />
      <path d="M10.5 5.5v-3h-8v8h3" />
    </svg>
  </button>
);
