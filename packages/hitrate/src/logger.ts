/** Structured log target; pino fits. Gets changes of state, never values, keys or URLs. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
