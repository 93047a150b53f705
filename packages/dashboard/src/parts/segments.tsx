interface SegmentsProps<V extends string> {
  /** What is chosen, for those who can't see it. */
  readonly label: string
  readonly values: readonly V[]
  readonly value: V
  readonly textOf: (value: V) => string
  readonly isDisabled?: (value: V) => boolean
  readonly onChange: (value: V) => void
}

/** One of a few, side by side: radio buttons, so that arrow keys move and one stop of Tab reaches it. */
export function Segments<V extends string>(props: SegmentsProps<V>) {
  const { label, values, value, textOf, isDisabled, onChange } = props
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">{label}</legend>
      {values.map((each) => (
        <label key={each} className="segment">
          <input
            type="radio"
            name={label}
            value={each}
            checked={each === value}
            disabled={isDisabled?.(each) === true}
            onChange={() => onChange(each)}
          />
          <span>{textOf(each)}</span>
        </label>
      ))}
    </fieldset>
  )
}
