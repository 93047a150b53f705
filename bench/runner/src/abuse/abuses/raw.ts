/** The status of an answer of HTTP/1.1 that is read by hand; `undefined` before its first line is there. */
export function statusOf(text: string): number | undefined {
  const found = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}
