import { Button, CopyButton, Dialog } from '../ui/index.js';
import { i18n } from '../words/words.js';

/** The one look at a secret: it is in this dialog only, and nowhere once it is closed. */
export const SecretOnce = ({
  title = i18n.t('Signing secret, shown this once'),
  secret,
  says,
  onClose,
}: {
  title?: string;
  secret: string | null;
  says: string;
  onClose: () => void;
}) => (
  <Dialog title={title} open={secret !== null} onClose={onClose} alert>
    <p>{says}</p>
    <p className="row">
      <code className="mono">{secret}</code>
      <CopyButton text={secret ?? ''} label={i18n.t('Copy the secret')} />
    </p>
    <p className="label">
      {i18n.t(
        'Keep it where your program keeps its secrets. Nobody can look at it again: make a new one if it is lost.',
      )}
    </p>
    <div className="buttons">
      <Button kind="primary" onPress={onClose}>
        {i18n.t('I have kept it')}
      </Button>
    </div>
  </Dialog>
);
