import { useId } from 'react';

interface SegmentsProps<T extends string> {
  readonly name: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  onChange(value: T): void;
}

/** A choice between a few words, as radio buttons. */
export function Segments<T extends string>({ name, options, value, onChange }: SegmentsProps<T>) {
  const group = useId();
  return (
    <span className="segments" role="radiogroup" aria-label={name}>
      {options.map((option) => (
        <label key={option.value} className="segment">
          <input
            type="radio"
            name={group}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </span>
  );
}
