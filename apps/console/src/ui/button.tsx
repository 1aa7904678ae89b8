import { useId, type ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { i18n } from '../words/words.js';

export interface ButtonProps {
  children: ReactNode;
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  size?: 'small';
  type?: 'button' | 'submit';
  /** why it cannot be done now, and who can: shown with the button, which stays focusable */
  because?: string | undefined;
  /** the reason is in words beside the button already, or there is no room: it is told to screen readers and on hover */
  quietReason?: boolean;
  busy?: boolean;
  /** for a switch: whether it is on */
  pressed?: boolean;
  label?: string;
  onPress?: () => void;
  autoFocus?: boolean;
}

/** A button named by its act. What cannot be done stays in place, disabled, with the reason. */
export function Button({
  children,
  kind = 'plain',
  because,
  quietReason,
  busy,
  pressed,
  label,
  onPress,
  ...rest
}: ButtonProps) {
  const reason = useId();
  const off = because !== undefined || busy === true;
  return (
    <span>
      <AriaButton
        {...rest}
        className="button"
        data-kind={kind}
        {...(rest.size ? { 'data-size': rest.size } : {})}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        {...(label === undefined ? {} : { 'aria-label': label })}
        {...(off ? { 'aria-disabled': true, type: 'button' as const } : {})}
        {...(because === undefined ? {} : { 'aria-describedby': reason })}
        onPress={() => {
          if (!off) onPress?.();
        }}
      >
        {busy ? i18n.t('Working…') : children}
      </AriaButton>
      {because !== undefined && (
        <span id={reason} className={quietReason ? 'sr' : 'button-because'}>
          {because}
        </span>
      )}
    </span>
  );
}
