import { Button, CopyButton, Dialog } from '../ui/index.js';

/** The one look at a secret: it is in this dialog only, and nowhere once it is closed. */
export const SecretOnce = ({
  title = 'Signing secret, shown this once',
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
      <CopyButton text={secret ?? ''} label="Copy the secret" />
    </p>
    <p className="label">
      Keep it where your program keeps its secrets. Nobody can look at it again: make a new one if it is lost.
    </p>
    <div className="buttons">
      <Button kind="primary" onPress={onClose}>
        I have kept it
      </Button>
    </div>
  </Dialog>
);
