import { useState } from 'react';
import { Button, TextField } from '../ui/index.js';
import type { MoneyValue } from '../ui/money.js';
import { i18n } from '../words/words.js';

interface SecurityProps {
  /** what the task is about: the amount that must be secured */
  about: Record<string, unknown>;
  busy: boolean;
  /** why nothing can be decided now */
  because: string | undefined;
  decide: (decision: Record<string, unknown>) => void;
}

/** What is done about a guarantee that is too small beside raising it: cash, a guarantee for this shipment alone, or patience. */
export function Security({ about, busy, because, decide }: SecurityProps) {
  const asked = about['amount'] as MoneyValue;
  const [reference, setReference] = useState('');
  const [amount, setAmount] = useState(asked.amount);
  const [lodgedOn, setLodgedOn] = useState('');
  const [waitUntil, setWaitUntil] = useState('');
  const security = { reference: reference.trim(), amount: { amount, currency: asked.currency } };
  const missing = security.reference === '' ? i18n.t('Name the reference that the authority knows it by.') : undefined;
  return (
    <details>
      <summary>{i18n.t('Secure it otherwise')}</summary>
      <div className="stack work-abandon">
        <div className="columns">
          <TextField
            label={i18n.t('Reference of the security')}
            hint={i18n.t('As the authority knows it')}
            value={reference}
            onChange={setReference}
          />
          <TextField
            label={i18n.t('Amount of the security')}
            hint={i18n.t('in {currency}', { currency: asked.currency })}
            inputMode="decimal"
            value={amount}
            onChange={setAmount}
          />
          <TextField
            label={i18n.t('Cash lodged on')}
            hint={i18n.t('Only for a deposit')}
            type="date"
            value={lodgedOn}
            onChange={setLodgedOn}
          />
        </div>
        <div className="buttons">
          <Button
            busy={busy}
            because={
              because ?? missing ?? (lodgedOn === '' ? i18n.t('Say on which day the cash was lodged.') : undefined)
            }
            onPress={() => decide({ deposit: { ...security, lodgedOn } })}
          >
            {i18n.t('The authority holds this cash')}
          </Button>
          <Button busy={busy} because={because ?? missing} onPress={() => decide({ guarantee: security })}>
            {i18n.t('A guarantee stands for this shipment alone')}
          </Button>
        </div>
        <TextField
          label={i18n.t('Wait for headroom until')}
          hint={i18n.t('What other shipments give back is looked at every four hours')}
          type="date"
          value={waitUntil}
          onChange={setWaitUntil}
        />
        <Button
          busy={busy}
          because={because ?? (waitUntil === '' ? i18n.t('Say until which day.') : undefined)}
          onPress={() => decide({ waitUntil })}
        >
          {i18n.t('Wait for headroom')}
        </Button>
      </div>
    </details>
  );
}
