/** `Vintage Fashion` is `vintage-fashion`: what a category is called in URLs. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
