import type { Bytes } from '../../units.ts'

/** Parts a list of places so that none has more than `most`, or more than `bytes` of bodies unless it is one alone. */
export function portions(
  places: readonly number[],
  sizeOf: (place: number) => Bytes,
  { most, bytes }: { readonly most: number; readonly bytes: Bytes },
): number[][] {
  const parts: number[][] = []
  let part: number[] = []
  let size = 0
  for (const place of places) {
    const more = sizeOf(place)
    if (part.length === most || (part.length > 0 && size + more > bytes)) {
      parts.push(part)
      part = []
      size = 0
    }
    part.push(place)
    size += more
  }
  if (part.length > 0) parts.push(part)
  return parts
}
