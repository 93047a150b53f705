/** The endpoint of requests that no route took. */
export const UNMATCHED = '__unmatched__'

/** The name under which a route's lookups are counted. @param template as the framework gives it, or nothing */
export function endpointName(template: unknown): string {
  if (typeof template !== 'string') return UNMATCHED
  return template === '' ? '/' : template
}
