import type { Quantity } from '../format.ts'

/** A number with its unit: the number as large as its surroundings, the unit smaller. */
export function Figure({ of: { value, unit } }: { readonly of: Quantity }) {
  return (
    <span className="figure">
      {value}
      {unit === '' ? null : (
        <span className="unit">
          {'\u202f'}
          {unit}
        </span>
      )}
    </span>
  )
}
