/** The endpoint of requests that no route took. */
export const UNMATCHED = '__unmatched__'
