interface NameFieldProps {
  readonly label: string
  /** What the browser may fill in. */
  readonly fill?: 'name' | 'off'
  readonly value: string
  onValue(value: string): void
}

/** A name as the desk takes it. */
export function NameField({ label, fill = 'off', value, onValue }: NameFieldProps) {
  return (
    <label>
      {label}
      <input
        required
        maxLength={80}
        autocomplete={fill}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  )
}
