import { useId, type ReactNode } from 'react';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** what is wrong with it, in words */
  error?: string | undefined;
  /** its element's id, so that a problem summary can lead to it */
  id?: string;
}

type Control = (attributes: {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
  className: string;
}) => ReactNode;

function Frame({ label, hint, error, id: given, control }: FieldProps & { control: Control }) {
  const own = useId();
  const id = given ?? own;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field" {...(error ? { 'data-wrong': true } : {})}>
      <label htmlFor={id}>{label}</label>
      {hint && (
        <span className="field-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span className="field-error" id={`${id}-error`}>
          {error}
        </span>
      )}
      {control({
        id,
        className: 'input',
        ...(described ? { 'aria-describedby': described } : {}),
        ...(error ? { 'aria-invalid': true } : {}),
      })}
    </div>
  );
}

export interface TextFieldProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  type?: 'text' | 'date' | 'search' | 'password';
  inputMode?: 'decimal' | 'numeric' | 'text';
  placeholder?: string;
  required?: boolean;
  autoComplete?: string;
}

export const TextField = ({
  value,
  onChange,
  type = 'text',
  inputMode,
  placeholder,
  required,
  autoComplete = 'off',
  ...frame
}: TextFieldProps) => (
  <Frame
    {...frame}
    control={(attributes) => (
      <input
        {...attributes}
        type={type}
        value={value}
        inputMode={inputMode}
        placeholder={placeholder}
        required={required}
        autoComplete={autoComplete}
        onChange={(event) => onChange(event.target.value)}
      />
    )}
  />
);

export const TextArea = ({
  value,
  onChange,
  rows = 4,
  maxLength,
  ...frame
}: FieldProps & { value: string; onChange: (value: string) => void; rows?: number; maxLength?: number }) => (
  <Frame
    {...frame}
    control={(attributes) => (
      <textarea
        {...attributes}
        rows={rows}
        maxLength={maxLength}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    )}
  />
);

export const Select = ({
  value,
  onChange,
  options,
  ...frame
}: FieldProps & {
  value: string;
  onChange: (value: string) => void;
  /** a label that is a code has no language */
  options: readonly { value: string; label: string; isCode?: boolean }[];
}) => (
  <Frame
    {...frame}
    control={(attributes) => (
      <select {...attributes} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value} translate={option.isCode ? 'no' : undefined}>
            {option.label}
          </option>
        ))}
      </select>
    )}
  />
);
