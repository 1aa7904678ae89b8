import { Button, CopyButton, Dialog } from '../ui/index.js';

/** The one look at a signing secret: it is in this dialog only, and nowhere once it is closed. */
export const SecretOnce = ({ secret, says, onClose }: { secret: string | null; says: string; onClose: () => void }) => (
  <Dialog title="Signing secret, shown this once" open={secret !== null} onClose={onClose} alert>
    <p>{says}</p>
    <p className="row">
      <code className="mono">{secret}</code>
      <CopyButton text={secret ?? ''} label="Copy the secret" />
    </p>
    <p className="label">
      Keep it where your receiver keeps its secrets. Nobody can look at it again: make a new one if it is lost.
    </p>
    <div className="buttons">
      <Button kind="primary" onPress={onClose}>
        I have kept it
      </Button>
    </div>
  </Dialog>
);
