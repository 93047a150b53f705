import { openWith } from './subject-of.ts'

export const setUp =
  'memory that keeps the values themselves (serialize: false): faster, and a caller that changes one changes it for all'

export const open = openWith({ serialize: false })
